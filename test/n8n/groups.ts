import { alone } from './alone';
import { broken } from './broken';
import type { Check } from './check';
import { credential } from './credential';
import { discovery } from './discovery';
import { editor } from './editor';
import { examples } from './examples';
import type { InstalledN8n } from './installN8n';
import { flowscalePackage, type PackedPackage } from './packages';
import { keyboard } from './keyboard';
import { join } from './platform';
import { queue } from './queue';
import { openSite } from './site';
import { setStage, type Stage } from './stage';
import { startQueue } from './startQueue';
import { slots, suspended } from './suspended';
import { tool } from './tool';

/** Where one n8n of the suite finds the packed packages and may write. */
export interface Place {
	folder: string;
	packed: PackedPackage[];
}

type Print = (name: string, checks: Check[]) => Promise<void>;
type Group = (stage: Stage) => Check[] | Promise<Check[]>;

/** Groups that share one n8n in regular mode, as most users have it. The last two leave it without the package. */
const onServer: Record<string, Group> = {
	discovery: (stage) => stage.packed.flatMap((one) => discovery(stage, one)),
	credential: (stage) => stage.connections.flatMap((one) => credential(stage, one)),
	examples,
	tool,
	editor,
	keyboard,
	alone,
	broken,
};

/** As most users have it: without the siblings. */
const onlyFlowscale = (packed: PackedPackage[]) =>
	packed.filter(({ name }) => name === flowscalePackage.name);

export const groupNames = [...Object.keys(onServer), 'queue', 'suspended'];

export const runOnServer = async (
	n8n: InstalledN8n,
	{ folder, packed }: Place,
	isWanted: (name: string) => boolean,
	print: Print,
) => {
	const groups = Object.entries(onServer).filter(([name]) => isWanted(name));
	if (groups.length === 0) return;
	const stage = await setStage(await openSite(n8n, { folder: join(folder, 'server'), packed }), {
		containers: 20,
	});
	for (const [name, group] of groups) await print(name, await group(stage));
	await stage.close();
};

export const runOnQueue = async (n8n: InstalledN8n, { folder, packed }: Place, print: Print) => {
	const cluster = await startQueue(n8n, {
		folder: join(folder, 'queue'),
		packed: onlyFlowscale(packed),
		workers: 2,
	});
	const stage = await setStage(cluster.site, { containers: 20 });
	await print('queue', queue(stage, cluster));
	await cluster.stop();
	await stage.close();
};

export const runSuspended = async (n8n: InstalledN8n, { folder, packed }: Place, print: Print) => {
	const env = { N8N_CONCURRENCY_PRODUCTION_LIMIT: `${slots}` };
	const site = await openSite(n8n, {
		folder: join(folder, 'suspended'),
		packed: onlyFlowscale(packed),
		env,
	});
	const stage = await setStage(site, { containers: 40 });
	await print('suspended', suspended(stage));
	await stage.close();
};
