import { audit } from './auditor';
import { type ExecutionResult, runExecution } from './execution';
import type { Fate, Journal } from './network';
import { randomFrom } from './random';
import { createService, type SimRun } from './service';
import { installVirtualTime } from './virtualTime';
import type { World } from './world';

export interface Story {
	complaints: string[];
	/** What happened, line by line: requests with their fate, then how each execution ended. */
	lines: string[];
	executions: number;
}

/**
 * Background work after Stop (cancels, late starts) is given this long before the auditor looks.
 */
const AFTERMATH_MS = 400_000;
const LONGEST_MS = 100_000_000;

/**
 * Lets everything of a world happen, and has it audited. The same world always gives the same
 * story.
 */
export async function simulate(world: World): Promise<Story> {
	const random = randomFrom(world.seed);
	const original = Math.random;
	const time = installVirtualTime(1_800_000_000_000);
	Math.random = random;
	const journal: Journal = { lines: [], afterEnd: [] };
	const rejections: string[] = [];
	try {
		const service = createService(time, world.service, () => ({
			workMs: world.workMs * (0.5 + random()),
			isFailing: random() < world.failingShare,
			outputs: world.outputs,
		}));
		const fateOf = () => {
			const fate: Fate =
				random() < world.faultShare
					? world.fates[Math.floor(random() * world.fates.length)]
					: 'fine';
			return { fate, latencyMs: 10 + random() * 200 };
		};
		const executions = world.executions.map(
			async (plan, index) =>
				await runExecution(time, plan, `exec${index}`, (by, hasEnded) => ({
					time,
					service,
					fateOf,
					journal,
					by,
					hasEnded,
				})),
		);
		const results = await time.until(Promise.all(executions), LONGEST_MS);
		await time.pass(AFTERMATH_MS);
		const complaints = [...audit(results, service, journal), ...rejections];
		return {
			complaints,
			lines: [...journal.lines, ...endings(results, service.runs)],
			executions: results.length,
		};
	} catch (error) {
		return {
			complaints: [`the world stood still: ${String(error)}`],
			lines: journal.lines,
			executions: 0,
		};
	} finally {
		time.uninstall();
		Math.random = original;
	}
}

function endings(results: ExecutionResult[], runs: SimRun[]): string[] {
	const shownRuns = runs.map(
		({ id, by, texts, files, outcome, groupId }) =>
			`${id} of ${by} in ${groupId}: ${JSON.stringify([texts, files])} ${outcome}`,
	);
	const shownResults = results.flatMap(({ id, items, error, wasStopped, endedMs, log }) => [
		`${id} ended at ${endedMs}${wasStopped ? ', stopped' : ''}: ${error ? `${error.message} – ${error.description ?? ''}` : ''}`,
		...(items ?? []).map(
			({ json, pairedItem }) =>
				`  ${JSON.stringify(pairedItem)} ${String(json.error ?? `${json.run_id} ${json.state}`)}`,
		),
		...log.slice(-12).map((line) => `  log: ${line}`),
	]);
	return [...shownRuns, ...shownResults];
}
