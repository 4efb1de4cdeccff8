import { runChecks, type Check, type Tally } from './check';
import { withResults, withSums, type VersionResult } from './compatibilityTable';
import { credential } from './credential';
import { agentVersionsOf, discovery } from './discovery';
import { examples } from './examples';
import { type Generation, generations } from './generations';
import { installN8n, installVersion, type InstalledN8n } from './installN8n';
import { overRestart } from './overRestart';
import type { PackedPackage } from './packages';
import { fs, join, repository, stdout } from './platform';
import { openSite } from './site';
import { setHarness, type Harness } from './stage';
import { tool } from './tool';
import { nodeVersionOf } from './versions';

const say = (text: string) => stdout.write(`${text}\n`);
const minutesSince = (fromMs: number): string =>
	`${((Date.now() - fromMs) / 60_000).toFixed(1)} min`;

interface Prepared {
	n8n: InstalledN8n;
	/** Gives the disk back, where nobody else uses it. */
	remove(): Promise<void>;
}

/** The generation that the suite always plays in this version; undefined: it plays another. */
const usualOf = async (version: string): Promise<Generation | undefined> => {
	for (const generation of generations) {
		const manifest = join(repository, 'test/n8n', generation.name, 'package.json');
		const { dependencies } = JSON.parse(await fs.readFile(manifest, 'utf8')) as {
			dependencies: { n8n: string };
		};
		if (dependencies.n8n === version) return generation;
	}
	return undefined;
};

/** The two that the suite always plays are in its cache and stay there. */
const prepare = async (version: string): Promise<Prepared> => {
	const usual = await usualOf(version);
	return usual === undefined
		? await installVersion(version)
		: { n8n: await installN8n(usual), remove: async () => {} };
};

/** One that need not be installed comes first, so that all others are installed meanwhile. */
const inOrder = async (versions: string[]): Promise<string[]> => {
	for (const version of versions)
		if ((await usualOf(version)) !== undefined)
			return [version, ...versions.filter((other) => other !== version)];
	return versions;
};

/** An n8n with as many lines of agents as it has, rather than those that its generation is known for. */
const withItsAgents = async (harness: Harness): Promise<Harness> => {
	const { n8n } = harness;
	const agentVersions = await agentVersionsOf(harness);
	return { ...harness, n8n: { ...n8n, generation: { ...n8n.generation, agentVersions } } };
};

/** Everything but the editor and clusters; the suspended wait lasts over all of it. */
const play = async (
	n8n: InstalledN8n,
	folder: string,
	packed: PackedPackage[],
	tally: Tally,
): Promise<VersionResult> => {
	const site = await openSite(n8n, { folder, packed });
	const harness = await withItsAgents(await setHarness(site, { containers: 20 }));
	const groups: VersionResult['groups'] = {};
	const run = async (group: string, checks: Check[]) => {
		const failures = await runChecks(`${n8n.version} ${group}`, checks, tally);
		const known = groups[group] ?? { passed: 0, failures: [] };
		groups[group] = {
			passed: known.passed + checks.length - failures.length,
			failures: [...known.failures, ...failures],
		};
	};
	const wait = overRestart(harness);
	await run('suspended', [wait.begin]);
	await run(
		'discovery',
		packed.flatMap((one) => discovery(harness, one)),
	);
	await run(
		'credential',
		harness.connections.flatMap((one) => credential(harness, one)),
	);
	await run('tool', tool(harness));
	await run('suspended', [wait.restart]);
	await run('examples', await examples(harness));
	await run('suspended', [wait.end]);
	await harness.close();
	return { version: n8n.version, nodeVersion: nodeVersionOf(n8n.version), groups };
};

/** Into the FAQ, and the sum into the README. */
const writeResult = async (result: VersionResult): Promise<void> => {
	const faq = join(repository, 'docs/faq.md');
	const readme = join(repository, 'README.md');
	const full = withResults(await fs.readFile(faq, 'utf8'), [result]);
	await fs.writeFile(faq, full);
	await fs.writeFile(readme, withSums(await fs.readFile(readme, 'utf8'), full));
};

/** Plays one installed version, writes its row into the documents, and removes what was installed. */
const playPrepared = async (
	{ n8n, remove }: Prepared,
	folder: string,
	packed: PackedPackage[],
	tally: Tally,
): Promise<void> => {
	const from = Date.now();
	try {
		const result = await play(n8n, join(folder, n8n.version), packed, tally);
		await writeResult(result);
	} finally {
		await remove();
	}
	say(`n8n ${n8n.version} was played in ${minutesSince(from)}`);
};

/**
 * Versions of n8n one after the other; the next is installed while one is played, and each is
 * removed as soon as it is done. One that fails can be named and played again: the others keep
 * their rows in the README.
 */
export const playVersions = async (
	wanted: string[],
	{ folder, packed }: { folder: string; packed: PackedPackage[] },
	tally: Tally,
): Promise<void> => {
	const install = async (version: string): Promise<Prepared | Error> => {
		const from = Date.now();
		const prepared = await prepare(version).catch((error: Error) => error);
		if (!(prepared instanceof Error))
			say(`n8n ${version} was installed or found in ${minutesSince(from)}`);
		return prepared;
	};
	const fail = (version: string, error: Error) => {
		tally.failed += 1;
		say(`FAIL  ${version}\n${error.stack ?? error.message}`);
	};
	const versions = await inOrder(wanted);
	let next: Promise<Prepared | Error> | undefined = install(versions[0]);
	for (const [index, version] of versions.entries()) {
		const prepared: Prepared | Error | undefined = await next;
		const following: string | undefined = versions[index + 1];
		next = following === undefined ? undefined : install(following);
		if (prepared === undefined) continue;
		if (prepared instanceof Error) fail(version, prepared);
		else
			await playPrepared(prepared, folder, packed, tally).catch((error: Error) =>
				fail(version, error),
			);
	}
};
