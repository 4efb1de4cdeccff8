import { argv, execPath, exit, projectDir, spawn, stdout } from '../../simulator/platform';
import { bundle } from './bundle';
import type { Batch } from './play';
import { codeAlone, kindOf, shrunk } from './shrink';
import { simulate } from './simulate';
import { textOfWorld, worldOfText } from './worldText';

/** As many as two cores have. */
const PROCESSES = 2;
/** A batch of a hundred worlds has about this many executions. */
const EXECUTIONS_PER_BATCH = 199;
const PROGRESS_EVERY = 50_000;

interface Total {
	executions: number;
	worlds: number;
	/** CPU time of each process. */
	cpuMs: Map<number, number>;
	failures: Batch['failures'];
}

/** Starts a process that plays batches, and hands over each as it is done. */
async function playIn(
	code: string,
	args: number[],
	onBatch: (batch: Batch) => void,
	isOver: () => boolean,
): Promise<void> {
	const child = spawn(execPath, ['-', ...args.map(String)], {
		stdio: ['pipe', 'pipe', 'inherit'],
		cwd: projectDir,
	});
	child.stdin.end(code);
	let rest = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		const lines = (rest + text).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) onBatch(JSON.parse(line) as Batch);
		if (isOver()) child.kill();
	});
	await new Promise<void>((resolve) => child.once('close', () => resolve()));
}

/** Plays so many executions, in several processes, up to the first failure unless all are wanted. */
async function playAll(executions: number, seed: number, isSurvey: boolean): Promise<Total> {
	const total: Total = { executions: 0, worlds: 0, cpuMs: new Map(), failures: [] };
	const batches = Math.max(1, Math.ceil(executions / EXECUTIONS_PER_BATCH));
	const processes = Math.min(PROCESSES, batches);
	const code = await bundle('play.ts');
	let reported = 0;
	const isOver = () => total.executions >= executions || (!isSurvey && total.failures.length > 0);
	await Promise.all(
		Array.from({ length: processes }, async (_, place) => {
			const share = Math.ceil((batches * 1.1) / processes);
			await playIn(
				code,
				[seed + place, processes, share],
				(batch) => {
					if (isOver()) return;
					total.executions += batch.executions;
					total.worlds += batch.worlds;
					total.cpuMs.set(place, batch.cpuMs);
					total.failures.push(...batch.failures);
					if (total.executions - reported < PROGRESS_EVERY) return;
					reported = total.executions;
					stdout.write(`${summary(total)}\n`);
				},
				isOver,
			);
		}),
	);
	return total;
}

const summary = ({ executions, worlds, cpuMs, failures }: Total) => {
	const cpu = [...cpuMs.values()].reduce((sum, ms) => sum + ms, 0) / 1000;
	return `${executions} executions in ${worlds} worlds, ${cpu.toFixed(0)} s of CPU, ${failures.length} worlds with complaints, ${new Date().toISOString()}`;
};

/** Plays one world and prints its story. */
async function replay(text: string): Promise<number> {
	const { lines, complaints } = await simulate(worldOfText(text));
	stdout.write(
		`${lines().join('\n')}\n\n${complaints.join('\n') || 'Nothing to complain about'}\n`,
	);
	return complaints.length;
}

/** How often each kind of complaint came, with the first world of each. */
function survey(failures: Batch['failures']): void {
	const kinds = new Map<string, { count: number; world: string; complaint: string }>();
	for (const { world, complaints } of failures)
		for (const complaint of complaints) {
			const kind = kindOf(complaint);
			const known = kinds.get(kind) ?? { count: 0, world, complaint };
			kinds.set(kind, { ...known, count: known.count + 1 });
		}
	for (const { count, world, complaint } of kinds.values())
		stdout.write(`${count} × ${complaint}\n    ${world}\n`);
}

async function explain({ world, complaints }: Batch['failures'][number]): Promise<void> {
	const smallest = textOfWorld(await shrunk(worldOfText(world), complaints[0], codeAlone));
	stdout.write('\nThe smallest world that was found with this failure:\n\n');
	await replay(smallest);
	stdout.write(`\nAgain: npm run test:simulate -- replay '${smallest}'\n`);
}

/**
 * `npm run test:simulate -- [executions] [seed] [survey]`: exits 1 with the smallest story that it
 * finds; with `survey` it counts kinds of complaints instead of stopping at the first. `replay
 * <world>` plays one world.
 */
async function main(): Promise<void> {
	if (argv[0] === 'replay') exit((await replay(argv[1])) > 0 ? 1 : 0);
	if (argv[0] === 'shrink') return await explain({ world: argv[1], complaints: [argv[2]] });
	const executions = Number(argv[0] ?? 10_000);
	const seed = Number(argv[1] ?? Date.now() % 2 ** 30);
	const begunMs = Date.now();
	const total = await playAll(executions, seed, argv[2] === 'survey');
	const seconds = (Date.now() - begunMs) / 1000;
	stdout.write(`${summary(total)}, seed ${seed}, ${seconds.toFixed(1)} s\n`);
	const [first] = total.failures;
	if (first === undefined) return;
	if (argv[2] === 'survey') survey(total.failures);
	else await explain(first);
	exit(1);
}

void main();
