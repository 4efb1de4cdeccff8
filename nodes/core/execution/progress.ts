import type { IExecuteFunctions } from 'n8n-workflow';
import { cleanText } from '../errors';
import type { KnownRun } from '../runs/run';

/**
 * What a user sees while the node works: a line per change in n8n's log and, in a manual run, in
 * the browser's console.
 */
export interface Progress {
	started(run: KnownRun): void;
	/** A poll saw another state than the one before. */
	changed(run: KnownRun): void;
}

/** n8n keeps ten pairs per execution, and the user may want some of them. */
const RUNS_IN_METADATA = 5;

/** @param total items of this node */
export function openProgress(context: IExecuteFunctions, total: number): Progress {
	const node = context.getNode().name;
	let started = 0;
	let ended = 0;
	// Run IDs and unknown words are the service's: without line breaks that would be lines of a log.
	const say = (line: string) => {
		const text = cleanText(line);
		context.logger.info(`${node}: ${text}`);
		if (context.getMode() === 'manual') context.sendMessageToUI(`${node}: ${text}`);
	};
	return {
		started: ({ run_id }) => {
			started++;
			say(`run ${run_id} started (${started} of ${total})`);
			if (started <= RUNS_IN_METADATA)
				keepRunId(context, started === 1 ? 'run_id' : `run_id_${started}`, run_id);
		},
		changed: ({ run_id, state, status, finished }) => {
			if (finished) ended++;
			const word = state === 'unknown' ? `"${status}"` : state;
			say(
				finished
					? `run ${run_id} ended: ${word} (${ended} of ${total})`
					: `run ${run_id} is ${word}`,
			);
		},
	};
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
