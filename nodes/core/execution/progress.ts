import type { IExecuteFunctions } from 'n8n-workflow';
import { onAbort } from '../async/signals';
import { cleanText, firstFew } from '../errors';
import type { KnownRun } from '../runs/run';

/**
 * What a user sees while the node works: a line per change in n8n's log and, in a manual run, in
 * the browser's console.
 */
export interface Progress {
	started(run: KnownRun): void;
	/** A poll saw another state than the one before. */
	changed(run: KnownRun): void;
	/** The same of a group of runs: it is in progress while one of its runs is. */
	groupChanged(group: KnownRun): void;
}

/** n8n keeps ten pairs per execution, and the user may want some of them. */
const RUNS_IN_METADATA = 5;

/** Runs that the line after a stop names; the group finds the others. */
const RUNS_IN_LINE = 5;

/**
 * @param stop ends with the node
 * @param getOperation the operation that shows one run, as the user sees it: "Run > Get"
 */
export function openProgress(
	context: IExecuteFunctions,
	stop: AbortSignal,
	getOperation: string,
): Progress {
	const node = context.getNode().name;
	const total = context.getInputData().length;
	const unended = new Map<string, KnownRun>();
	let started = 0;
	let ended = 0;
	// Run IDs and unknown words are the service's: without line breaks that would be lines of a log.
	const say = (line: string) => {
		const text = cleanText(line);
		context.logger.info(`${node}: ${text}`);
		if (context.getMode() === 'manual') context.sendMessageToUI(`${node}: ${text}`);
	};
	onAbort(stop, () => {
		if (context.getExecutionCancelSignal()?.aborted && unended.size > 0)
			say(stoppedText([...unended.values()], getOperation));
	});
	const groupChanged = ({ run_id: groupId, finished }: KnownRun) => {
		if (finished) ended++;
		say(
			finished
				? `group ${groupId}: all runs have ended (${ended} of ${total})`
				: `group ${groupId}: some runs have not ended`,
		);
	};
	return {
		groupChanged,
		started: (run) => {
			const { run_id } = run;
			started++;
			unended.set(run_id, run);
			say(`run ${run_id} started (${started} of ${total})`);
			if (started <= RUNS_IN_METADATA)
				keepRunId(context, started === 1 ? 'run_id' : `run_id_${started}`, run_id);
		},
		changed: ({ run_id, state, status, finished }) => {
			if (finished) {
				ended++;
				unended.delete(run_id);
			}
			const word = state === 'unknown' ? `"${status}"` : state;
			say(
				finished
					? `run ${run_id} ended: ${word} (${ended} of ${total})`
					: `run ${run_id} is ${word}`,
			);
		},
	};
}

/** A stopped node returns nothing, so this line is the only place that names its runs. */
function stoppedText(runs: KnownRun[], getOperation: string): string {
	const ids = firstFew(runs, RUNS_IN_LINE, ({ run_id }) => run_id);
	const groups = [...new Set(runs.flatMap(({ group_id }) => group_id ?? []))];
	const group = groups.length === 1 ? ` in group ${groups[0]}` : '';
	return `stopped while ${runs.length} ${runs.length === 1 ? 'run' : 'runs'} had not ended: ${ids}${group}. ${getOperation} shows what became of each.`;
}

/**
 * Run ids go into the execution's own data, by which executions can be searched. n8n 1.x offers it
 * to expressions only.
 */
function keepRunId(context: IExecuteFunctions, key: string, runId: string): void {
	try {
		const proxied = context.getWorkflowDataProxy(0).$execution as
			| { customData?: { set(name: string, value: string): void } }
			| undefined;
		(context.customData ?? proxied?.customData)?.set(key, runId);
	} catch (error) {
		// Only a convenience: a full or locked store is no reason to fail a run that was paid for.
		context.logger.debug(`The run ID could not be added to the execution's data: ${String(error)}`);
	}
}
