import { argv, exit, stdout } from '../../simulator/platform';
import type { Failure } from './play';
import { kindOf } from './shrink';

/** How one layer of the simulation plays worlds, and how it shows what it has found. */
interface Player<T> {
	usualExecutions: number;
	/** Up to the first failure unless all are wanted. */
	playAll(executions: number, seed: number, isSurvey: boolean): Promise<T>;
	summary(total: T): string;
	/** Prints the smallest world with this failure. */
	explain(failure: Failure): Promise<unknown>;
}

/**
 * Plays what the command line asks for, `[executions] [seed] [survey]`, and exits: with 1 where
 * anything is complained about.
 */
export async function playAndReport<T extends { failures: Failure[] }>({
	usualExecutions,
	playAll,
	summary,
	explain,
}: Player<T>): Promise<void> {
	const executions = Number(argv[0] ?? usualExecutions);
	const seed = Number(argv[1] ?? Date.now() % 2 ** 30);
	const isSurvey = argv[2] === 'survey';
	const begunMs = Date.now();
	const total = await playAll(executions, seed, isSurvey);
	const seconds = (Date.now() - begunMs) / 1000;
	stdout.write(`${summary(total)}, seed ${seed}, ${seconds.toFixed(1)} s\n`);
	const [first] = total.failures;
	if (first === undefined) exit(0);
	if (isSurvey) survey(total.failures);
	else await explain(first);
	exit(1);
}

/** How often each kind of complaint came, with the first world of each. */
function survey(failures: Failure[]): void {
	const all = failures.flatMap(({ world, complaints }) =>
		complaints.map((complaint) => ({ world, complaint, kind: kindOf(complaint) })),
	);
	for (const kind of new Set(all.map((one) => one.kind))) {
		const same = all.filter((one) => one.kind === kind);
		stdout.write(`${same.length} × ${same[0].complaint}\n    ${same[0].world}\n`);
	}
}
