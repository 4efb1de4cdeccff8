import type { Check } from './check';
import { credential } from './credential';
import { discovery } from './discovery';
import { editor } from './editor';
import { examples } from './examples';
import type { InstalledN8n } from './installN8n';
import { join } from './platform';
import { queue } from './queue';
import { openSite } from './site';
import { setStage, type Stage } from './stage';
import { startQueue } from './startQueue';
import { slots, suspended } from './suspended';
import { tool } from './tool';

/** Where one n8n of the suite finds the packed package and may write. */
export interface Place {
	folder: string;
	tarball: string;
}

type Print = (name: string, checks: Check[]) => Promise<void>;
type Group = (stage: Stage) => Check[] | Promise<Check[]>;

/** Groups that share one n8n in regular mode, as most users have it. */
const onServer: Record<string, Group> = { discovery, credential, examples, tool, editor };

export const groupNames = [...Object.keys(onServer), 'queue', 'suspended'];

export const runOnServer = async (n8n: InstalledN8n, { folder, tarball }: Place, isWanted: (name: string) => boolean, print: Print) => {
	const groups = Object.entries(onServer).filter(([name]) => isWanted(name));
	if (groups.length === 0) return;
	const stage = await setStage(await openSite(n8n, { folder: join(folder, 'server'), tarball }));
	for (const [name, group] of groups) await print(name, await group(stage));
	await stage.server.stop();
	await stage.flowscale.close();
};

export const runOnQueue = async (n8n: InstalledN8n, { folder, tarball }: Place, print: Print) => {
	const cluster = await startQueue(n8n, { folder: join(folder, 'queue'), tarball, workers: 2 });
	const stage = await setStage(cluster.site, { containers: 20 });
	await print('queue', queue(stage, cluster));
	await cluster.stop();
	await stage.flowscale.close();
};

export const runSuspended = async (n8n: InstalledN8n, { folder, tarball }: Place, print: Print) => {
	const env = { N8N_CONCURRENCY_PRODUCTION_LIMIT: `${slots}` };
	const site = await openSite(n8n, { folder: join(folder, 'suspended'), tarball, env });
	const stage = await setStage(site, { containers: 40 });
	await print('suspended', suspended(stage));
	await stage.server.stop();
	await stage.flowscale.close();
};
