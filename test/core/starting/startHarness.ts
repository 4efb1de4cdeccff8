import { ServiceError } from '../../../nodes/core/errors';
import { type Answer, isNetworkFailure } from '../../../nodes/core/http/http';
import type { NetworkFailure } from '../../../nodes/core/http/networkError';
import { type KnownRun, createRun, timeOf } from '../../../nodes/core/runs/run';
import { openStartMemory } from '../../../nodes/core/starting/startMemory';
import { createStarter } from '../../../nodes/core/starting/starter';
import type { GroupScope, StartRequest } from '../../../nodes/core/starting/startService';
import type { IExecuteFunctions } from 'n8n-workflow';
import { fakeClock, type FakeClock } from '../../harness/fakeClock';
import { adviceIfUncertain, reuseErrors } from '../../../nodes/Flowscale/runs/startErrors';
import { aRun, endOf } from '../../harness/runs';

export const LOST: NetworkFailure = {
	code: 'ECONNRESET',
	reached: 'perhaps',
	isRetryable: true,
	text: 'The connection was lost',
};
export const REFUSED: NetworkFailure = {
	code: 'ECONNREFUSED',
	reached: 'no',
	isRetryable: true,
	text: 'The connection was refused',
};
export const answer = (status: number, text = '', headers: Answer['headers'] = {}): Answer => ({
	status,
	headers,
	text,
});
export const started = (runId: string) => answer(200, runId);

/**
 * What becomes of a start: an answer or loss after some time, and perhaps a run that the service
 * made of it.
 */
export interface Fate {
	result: Answer | NetworkFailure;
	/** Until the answer. */
	afterMs?: number;
	/** Id of the run that the service makes, and when, from the sending. */
	makes?: string;
	makesAfterMs?: number;
}

let places = 0;

/** A service that does to starts what a test says, in the order in which they are sent. */
export function startHarness({
	fates = [] as Fate[],
	runs = [] as KnownRun[],
	canList = true,
	listFails = 0,
	skewMs = 0,
	isClockUnknown = false,
}) {
	const clock: FakeClock = fakeClock({ startMs: Date.UTC(2026, 0, 1) });
	/** The user's stop, which ends the node, too; and the node's end by a failure. */
	const stop = new AbortController();
	const nodeEnd = new AbortController();
	stop.signal.addEventListener('abort', () => nodeEnd.abort());
	const store: Record<string, unknown> = {};
	const contextOf = (executionId: string, type: string) =>
		({
			getContext: () => store,
			getExecutionId: () => executionId,
			getNode: () => ({ type }),
		}) as unknown as IExecuteFunctions;
	const seen = { sent: 0, listed: 0 };

	const send = async (order: Omit<StartRequest, 'send'>): Promise<Answer | NetworkFailure> => {
		const fate = fates[seen.sent++];
		if (fate === undefined) throw new Error('Sent once more than the test allows');
		if (fate.makes !== undefined) {
			const run = {
				workflow_id: order.workflowId,
				group_id: order.groupId ?? null,
				inputs: { ...order.texts },
			};
			await clock.pause(fate.makesAfterMs ?? 0);
			runs.unshift(
				aRun(fate.makes, { ...run, created_at: new Date(clock.now() + skewMs).toISOString() }),
			);
		}
		await clock.pause((fate.afterMs ?? 0) - (fate.makesAfterMs ?? 0));
		return fate.result;
	};
	const service = {
		place: `https://service-${++places}.test`,
		serviceName: 'Flowscale',
		readStart: ({ text }: Answer) =>
			createRun({ status: 'queued', run_id: text === '' ? null : text }),
		getRun: async (runId: string) => runs.find(({ run_id }) => run_id === runId) ?? null,
		listGroup: async (groupId: string, { sinceMs = Number.NEGATIVE_INFINITY }: GroupScope = {}) => {
			seen.listed++;
			if (listFails-- > 0) throw new ServiceError('busy', { isRetryable: true });
			const isListed = ({ group_id, created_at }: KnownRun) =>
				group_id === groupId && !(timeOf(created_at) < sinceMs);
			return canList ? runs.filter(isListed) : undefined;
		},
		failureOf: (result: Answer | NetworkFailure) =>
			new ServiceError(
				isNetworkFailure(result) ? result.text : `HTTP ${result.status}`,
				isNetworkFailure(result) ? {} : { status: result.status },
			),
		// Where the clock is unknown, the first answer shows it.
		adviceIfUncertain,
		reuseErrors,
		serviceTime: (ms: number) => ms + (isClockUnknown && seen.listed === 0 ? 0 : skewMs),
	};
	/** An execution of another workflow, or of the same once more. */
	const openOther = () => {
		const others: Record<string, unknown> = {};
		const context = {
			getContext: () => others,
			getExecutionId: () => 'another',
			getNode: () => ({ type: 'flowscale' }),
		} as unknown as IExecuteFunctions;
		return createStarter({
			service,
			memory: openStartMemory(context, 0),
			clock,
			stop: nodeEnd.signal,
			executionStop: stop.signal,
		});
	};
	const warned: string[] = [];
	/**
	 * A node execution; a second one with the same memory is n8n's retry, by hand if it is of another
	 * execution.
	 */
	const open = (executionId = '1', type = 'flowscale', runIndex = 0) =>
		createStarter({
			service,
			memory: openStartMemory(contextOf(executionId, type), runIndex),
			clock,
			stop: nodeEnd.signal,
			executionStop: stop.signal,
			warn: (text) => void warned.push(text),
		});
	const order = (itemIndex: number, known: Partial<StartRequest> = {}): StartRequest => {
		const raw = {
			itemIndex,
			workflowId: 'w',
			groupId: 'g',
			texts: { prompt: 'a fox' },
			fileNames: [],
			isGroupOfExecution: true,
			reuse: 'never' as const,
			patienceMs: 600_000,
			maxQueued: 0,
			...known,
		};
		return { send: async () => await send(raw), ...raw };
	};
	/** Id of the run, or class and message of the failure. */
	const start = async (starter: ReturnType<typeof open>, given: StartRequest) => {
		const end = await endOf(starter.start(given));
		return 'value' in end ? end.value.run_id : end;
	};
	return { clock, stop, nodeEnd, seen, runs, warned, open, openOther, order, start };
}
