import type { Clock } from '../../../../../nodes/core/async/clock';
import {
	ExecutionCancelledError,
	orServiceError,
	ServiceError,
} from '../../../../../nodes/core/errors';
import { nextOutputsCheck } from '../../../../../nodes/core/files/patience';
import { isNetworkFailure } from '../../../../../nodes/core/http/http';
import type { RunService } from '../../../../../nodes/core/execution/runSession';
import type { Transport } from '../../../../../nodes/core/http/transport';
import type { KnownRun } from '../../../../../nodes/core/runs/run';
import type { ComflowyApi } from '../api/api';

export interface RunServiceParts {
	api: ComflowyApi;
	transport: Transport;
	clock: Clock;
	stop: AbortSignal;
}

/**
 * Comflowy's side of starting and watching runs. It lists none, so that a run whose answer was lost
 * cannot be found again.
 */
export function createRunService(parts: RunServiceParts): RunService {
	const { api, transport } = parts;
	return {
		start: {
			place: transport.root,
			serviceName: 'Comflowy',
			readStart: (answer, { workflowId }) => api.readStart(answer, workflowId),
			isRefusal: api.isRefusal,
			getRun: async (runId) => (await api.run(runId))?.run ?? null,
			listGroup: async () => undefined,
			failureOf: (result) =>
				isNetworkFailure(result) ? transport.networkError(result) : api.refusal(result),
			serviceTime: transport.serviceTime,
			adviceIfUncertain: () =>
				'Comflowy lists no runs, so it cannot be looked up. Check what became of it at Comflowy before you execute this item again.',
		},
		watch: {
			serviceName: 'Comflowy',
			poll: async (run) => (await api.run(run.run_id, run, { tries: 1 }))?.run ?? null,
		},
		collect: { byRun: 'Run > Get' },
		// Comflowy documents no way to cancel, so every wait is set never to cancel.
		cancel: async () => undefined,
		completeOutputs: async (run) => await withOutputs(parts, run),
	};
}

/**
 * A run that has succeeded, with its outputs: where none is listed, it is checked again for some 16
 * seconds. Comflowy names no outputs, so one that comes later than others cannot be missed.
 * @throws ExecutionCancelledError | ServiceError where none is listed and the last check failed
 */
export async function withOutputs(
	{ api, clock, stop }: Omit<RunServiceParts, 'transport'>,
	ended: KnownRun,
): Promise<KnownRun> {
	const begunMs = clock.now();
	let askedMs = begunMs;
	let run = ended;
	let failedCheck: ServiceError | undefined;
	for (let checks = 1; ; checks++) {
		const seen = { missing: 0, listed: run.outputs.length, endedAgoMs: Number.NaN };
		const next = nextOutputsCheck({ checks, elapsedMs: askedMs - begunMs, ...seen });
		if (next === 'done' && run.outputs.length === 0 && failedCheck) throw failedCheck;
		if (next === 'done') return run;
		await clock.pause(next.pauseMs, stop);
		if (stop.aborted) throw new ExecutionCancelledError();
		// What an answer says is at least as old as its request, however long it is on its way.
		askedMs = clock.now();
		const again = await api
			.run(run.run_id, run, { areRefusalsConfirmed: true })
			.catch(orServiceError);
		// A check that fails only means that nothing new is known.
		const found = again ?? notFound();
		failedCheck = found instanceof ServiceError ? found : undefined;
		if (found instanceof ServiceError || found.run.outputs.length === 0) continue;
		const { outputs, output_names } = found.run;
		run = { ...run, outputs, output_names };
	}
}

/** A check did not find a run that has been seen. */
const notFound = () =>
	new ServiceError('Comflowy did not find the run when its outputs were read', {
		status: 404,
		hint: 'The run succeeded. Get its outputs later with Run > Get and this run ID.',
	});
