import { runChecks, type Check, type Tally } from './check';
import { generations, type Generation } from './generations';
import {
	groupNames,
	nightlyGroups,
	runOnQueue,
	runNextMajor,
	runOnServer,
	runSuspended,
	runSuspendedQueue,
	type Place,
} from './groups';
import { installN8n, type InstalledN8n } from './installN8n';
import { packPackages } from './packages';
import { playVersions } from './playVersions';
import { argv, exit, fs, join, onStopSignal, stdout, tmpdir } from './platform';
import { stopAllProcesses } from './startProcess';
import { isVersion, testedVersions } from './versions';
import { watchMemory } from './watchMemory';

const say = (text: string) => stdout.write(`${text}\n`);

/**
 * `suite.ts [n8n-1|n8n-2] [group…]`: without words, everything that is not nightly. `suite.ts
 * versions [version…]`: other versions of n8n, all of the tested ones unless some are named.
 */
const isWanted = (word: string, kind: readonly string[]) =>
	argv.includes(word) || !kind.some((other) => argv.includes(other));
const isGroupWanted = (name: string) =>
	nightlyGroups.includes(name) ? argv.includes(name) : isWanted(name, groupNames);
const generationNames: string[] = generations.map(({ name }) => name);

const checkWords = (): void => {
	const known = [...generationNames, ...groupNames, 'pictures', 'versions'];
	const isKnown = (word: string) =>
		known.includes(word) || (argv.includes('versions') && isVersion(word));
	const strange = argv.filter((word) => !isKnown(word));
	if (strange.length > 0)
		throw new Error(`There is no ${strange.join(', ')}; there are ${known.join(', ')}`);
};

const install = async (generation: Generation): Promise<InstalledN8n> => {
	const from = Date.now();
	const n8n = await installN8n(generation);
	say(`n8n ${n8n.version} (installed or found in ${((Date.now() - from) / 1000).toFixed(0)} s)`);
	return n8n;
};

/**
 * Everything that is asked of one n8n. Suspended executions mostly wait, so they do that beside the
 * others.
 */
const playOn = async (n8n: InstalledN8n, place: Place, tally: Tally): Promise<void> => {
	const print = async (group: string, checks: Check[]) =>
		await runChecks(`${n8n.version} ${group}`, checks, tally);
	/** A server that does not start is one failure, and not the end of the others. */
	const guarded = async (what: string, task: () => Promise<void>) =>
		await task().catch((error: Error) => {
			tally.failed += 1;
			say(`FAIL  ${n8n.version} ${what}\n${error.stack}`);
		});

	const onServer = async () =>
		await guarded('server', async () => await runOnServer(n8n, place, isGroupWanted, print));
	const onQueue = async () => {
		if (isGroupWanted('queue'))
			await guarded('queue', async () => await runOnQueue(n8n, place, print));
	};
	const busy = async () => {
		// In turns, so that no two browsers and no two clusters are at work at once.
		for (const part of n8n.generation.name === 'n8n-2' ? [onServer, onQueue] : [onQueue, onServer])
			await part();
	};
	const patient = async () => {
		if (isGroupWanted('suspended'))
			await guarded('suspended', async () => await runSuspended(n8n, place, print));
	};
	await Promise.all([busy(), patient()]);
	if (isGroupWanted('suspendedQueue'))
		await guarded('suspendedQueue', async () => await runSuspendedQueue(n8n, place, print));
	if (isGroupWanted('n8n3') && n8n.generation.name === 'n8n-2')
		await guarded('n8n3', async () => await runNextMajor(n8n, place, print));
};

const run = async (folder: string, tally: Tally): Promise<void> => {
	checkWords();
	const packed = await packPackages(folder);
	if (argv.includes('versions')) {
		const named = argv.filter(isVersion);
		const versions = named.length > 0 ? named : testedVersions;
		return await playVersions(versions, { folder, packed }, tally);
	}
	const plays: Array<Promise<void>> = [];
	// The second is installed while the first plays already; two installations at a time would be in
	// each other's way.
	for (const generation of generations.filter(({ name }) => isWanted(name, generationNames))) {
		const n8n = await install(generation);
		plays.push(playOn(n8n, { folder: join(folder, generation.name), packed }, tally));
	}
	await Promise.all(plays);
};

const main = async (): Promise<void> => {
	const from = Date.now();
	const memory = watchMemory();
	const tally = { passed: 0, failed: 0 };
	const folder = await fs.mkdtemp(join(tmpdir(), 'flowscale-on-n8n-'));
	await fs.chmod(folder, 0o755);
	const cleanUp = async () => {
		await stopAllProcesses();
		// An installation under way may still write for a moment.
		await fs.rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 });
	};
	onStopSignal(() => void cleanUp().then(() => exit(130)));
	try {
		await run(folder, tally);
	} catch (error) {
		tally.failed += 1;
		say(error instanceof Error ? (error.stack ?? error.message) : String(error));
	}
	await cleanUp();
	const minutes = (Date.now() - from) / 60_000;
	say(
		`\n${minutes.toFixed(1)} minutes, ${((await memory.stop()) / 2 ** 30).toFixed(1)} GiB at the peak`,
	);
	say(`\n${tally.passed} passed, ${tally.failed} failed`);
	exit(tally.failed > 0 ? 1 : 0);
};

void main();
