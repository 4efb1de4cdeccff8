import { json, type Answer } from '../answer';
import { createFaults } from '../faults';
import { performance } from '../platform';
import { createRandom } from '../random';
import { createTimers } from '../timers';
import { createCallbacks } from './callbacks';
import type { ComflowyOptions, ComflowyRoute } from './comflowyOptions';
import type { ComflowyService } from './comflowyService';
import { type ComflowyRun, type ComflowyState, comflowyWorkflows, isOver } from './comflowyRun';
import { resultOf } from './showRun';
import { createTokens } from './tokens';

export function createService(options: ComflowyOptions): ComflowyService {
	return {
		options,
		workflows: options.workflows ?? Object.values(comflowyWorkflows),
		timers: createTimers(),
		random: createRandom(options.seed ?? 1),
		journal: [],
		unknown: [],
		faults: createFaults<ComflowyRoute>(),
		tokens: createTokens(options.tokenLifetimeMs ?? 3_600_000),
		callbacks: createCallbacks(),
		runs: [],
		filesUrl: '',
		signatures: 0,
	};
}

/** A refusal, by its HTTP status or in the body of a 200. */
export function refuse({ options }: ComflowyService, status: number, error: string): Answer {
	const isInBody = options.refusals === 'body' && status !== 401;
	return json(isInBody ? 200 : status, { success: false, error });
}

/**
 * The next state of a run, with the callback that belongs to it; a run that is over stays as it is.
 */
export async function moveOn(
	service: ComflowyService,
	run: ComflowyRun,
	state: ComflowyState,
): Promise<void> {
	if (isOver(run)) return;
	run.state = state;
	if (isOver(run)) {
		run.endedAt = performance.now();
		if (run.resultUrl !== undefined)
			await service.callbacks.send(run.resultUrl, resultOf(run, service));
	} else if (run.progressUrl !== undefined)
		await service.callbacks.send(run.progressUrl, {
			type: state,
			payload: { node: '3', value: 5, max: 20 },
		});
}
