import { alone } from './alone';
import { broken } from './broken';
import type { Check } from './check';
import { credential } from './credential';
import { discovery } from './discovery';
import { editor } from './editor';
import { examples } from './examples';
import type { InstalledN8n } from './installN8n';
import { nextMajor, nextMajorEnv } from './nextMajor';
import { flowscalePackage, type PackedPackage } from './packages';
import { keyboard } from './keyboard';
import { join } from './platform';
import { queue } from './queue';
import { openSite } from './site';
import { setHarness, type Harness } from './stage';
import { startQueue } from './startQueue';
import { slots, suspended } from './suspended';
import { suspendedQueue } from './suspendedQueue';
import { tool } from './tool';

/** Where one n8n of the suite finds the packed packages and may write. */
export interface Place {
	folder: string;
	packed: PackedPackage[];
}

type Print = (name: string, checks: Check[]) => Promise<unknown>;
type Group = (harness: Harness) => Check[] | Promise<Check[]>;

/**
 * Groups that share one n8n in regular mode, as most users have it. The last two leave it without
 * the package.
 */
const onServer: Record<string, Group> = {
	discovery: (harness) => harness.packed.flatMap((one) => discovery(harness, one)),
	credential: (harness) => harness.connections.flatMap((one) => credential(harness, one)),
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

/** Each takes minutes of a cluster to itself: only where it is asked for, as the nightly run does. */
export const nightlyGroups = ['suspendedQueue', 'n8n3'];

export const groupNames = [...Object.keys(onServer), 'queue', 'suspended', ...nightlyGroups];

export const runOnServer = async (
	n8n: InstalledN8n,
	{ folder, packed }: Place,
	isWanted: (name: string) => boolean,
	print: Print,
) => {
	const groups = Object.entries(onServer).filter(([name]) => isWanted(name));
	if (groups.length === 0) return;
	const harness = await setHarness(
		await openSite(n8n, { folder: join(folder, 'server'), packed }),
		{
			containers: 20,
		},
	);
	for (const [name, group] of groups) await print(name, await group(harness));
	await harness.close();
};

export const runOnQueue = async (n8n: InstalledN8n, { folder, packed }: Place, print: Print) => {
	const cluster = await startQueue(n8n, {
		folder: join(folder, 'queue'),
		packed: onlyFlowscale(packed),
		workers: 2,
	});
	const harness = await setHarness(cluster.site, { containers: 20 });
	await print('queue', queue(harness, cluster));
	await cluster.stop();
	await harness.close();
};

export const runSuspendedQueue = async (
	n8n: InstalledN8n,
	{ folder, packed }: Place,
	print: Print,
) => {
	const cluster = await startQueue(n8n, {
		folder: join(folder, 'suspendedQueue'),
		packed: onlyFlowscale(packed),
		workers: 2,
	});
	const harness = await setHarness(cluster.site, { containers: 200 });
	await print('suspendedQueue', suspendedQueue(harness, cluster));
	await cluster.stop();
	await harness.close();
};

/** Only n8n 2 has the switches. */
export const runNextMajor = async (n8n: InstalledN8n, { folder, packed }: Place, print: Print) => {
	const cluster = await startQueue(n8n, {
		folder: join(folder, 'nextMajor'),
		packed,
		workers: 1,
		env: nextMajorEnv,
	});
	const harness = await setHarness(cluster.site, { containers: 20 });
	await print('n8n3', await nextMajor(harness, cluster));
	await cluster.stop();
	await harness.close();
};

export const runSuspended = async (n8n: InstalledN8n, { folder, packed }: Place, print: Print) => {
	const env = { N8N_CONCURRENCY_PRODUCTION_LIMIT: `${slots}` };
	const site = await openSite(n8n, {
		folder: join(folder, 'suspended'),
		packed: onlyFlowscale(packed),
		env,
	});
	const harness = await setHarness(site, { containers: 40 });
	await print('suspended', suspended(harness));
	await harness.close();
};
