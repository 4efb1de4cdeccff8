import { runChecks, type Check, type Tally } from './check';
import { generations, type Generation } from './generations';
import { groupNames, runOnQueue, runOnServer, runSuspended } from './groups';
import { installN8n, type InstalledN8n } from './installN8n';
import { packPackage } from './installPackage';
import { argv, exit, fs, join, onStopSignal, repository, stdout, tmpdir } from './platform';
import { stopAllProcesses } from './startProcess';
import { watchMemory } from './watchMemory';

const say = (text: string) => stdout.write(`${text}\n`);

/** `suite.ts [n8n-1|n8n-2] [group…]`: without words, everything. */
const isWanted = (word: string, kind: readonly string[]) =>
	argv.includes(word) || !kind.some((other) => argv.includes(other));
const isGroupWanted = (name: string) => isWanted(name, groupNames);

const install = async (generation: Generation): Promise<InstalledN8n> => {
	const from = Date.now();
	const n8n = await installN8n(generation);
	say(`n8n ${n8n.version} (installed or found in ${((Date.now() - from) / 1000).toFixed(0)} s)`);
	return n8n;
};

const run = async (folder: string, tally: Tally): Promise<void> => {
	const names = generations.map(({ name }) => name);
	const wanted = generations.filter(({ name }) => isWanted(name, names));
	const tarball = await packPackage(repository, folder);
	// One after the other: each installation keeps both cores busy.
	const servers: InstalledN8n[] = [];
	for (const generation of wanted) servers.push(await install(generation));

	const placeOf = ({ generation }: InstalledN8n) => ({ folder: join(folder, generation.name), tarball });
	const printFor = ({ version }: InstalledN8n) => async (group: string, checks: Check[]) =>
		await runChecks(`${version} ${group}`, checks, tally);

	/** A server that does not start is one failure, and not the end of the others. */
	const guarded = async ({ version }: InstalledN8n, what: string, task: () => Promise<void>) =>
		await task().catch((error: Error) => {
			tally.failed += 1;
			say(`FAIL  ${version} ${what}\n${error.stack}`);
		});

	for (const n8n of servers) {
		const [place, print] = [placeOf(n8n), printFor(n8n)];
		await guarded(n8n, 'server', async () => await runOnServer(n8n, place, isGroupWanted, print));
		if (isGroupWanted('queue')) await guarded(n8n, 'queue', async () => await runOnQueue(n8n, place, print));
	}
	// Nothing but waits: both at once take no longer than one.
	if (isGroupWanted('suspended'))
		await Promise.all(
			servers.map(async (n8n) => await guarded(n8n, 'suspended', async () => await runSuspended(n8n, placeOf(n8n), printFor(n8n)))),
		);
};

const main = async (): Promise<void> => {
	const from = Date.now();
	const memory = watchMemory();
	const tally = { passed: 0, failed: 0 };
	const folder = await fs.mkdtemp(join(tmpdir(), 'flowscale-on-n8n-'));
	await fs.chmod(folder, 0o755);
	const cleanUp = async () => {
		await stopAllProcesses();
		await fs.rm(folder, { recursive: true, force: true });
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
	say(`\n${minutes.toFixed(1)} minutes, ${((await memory.stop()) / 2 ** 30).toFixed(1)} GiB at the peak`);
	say(`\n${tally.passed} passed, ${tally.failed} failed`);
	exit(tally.failed > 0 ? 1 : 0);
};

void main();
