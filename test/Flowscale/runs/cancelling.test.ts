import { createRun } from '../../../nodes/core/runs/run';
import { ServiceError } from '../../../nodes/core/errors';
import type { FlowscaleApi } from '../../../nodes/Flowscale/api/api';
import { cancelAndCheck, sendCancel } from '../../../nodes/Flowscale/runs/cancelling';
import { fakeClock } from '../../harness/fakeClock';

/**
 * What the service answers to the cancel, and the states that the run is then found in, the last
 * for ever.
 */
async function cancelled(answer: string | ServiceError, ...states: Array<string | null | Error>) {
	const clock = fakeClock();
	let reads = 0;
	const api = {
		cancel: async () => {
			if (answer instanceof Error) throw answer;
			return answer;
		},
		run: async () => {
			const state = states[Math.min(reads++, states.length - 1)];
			if (state instanceof Error) throw state;
			return state === null ? null : { run: createRun({ run_id: 'r', status: state }), raw: {} };
		},
	} as unknown as FlowscaleApi;
	const result = await cancelAndCheck(api, 'r', clock).catch((error: Error) => error);
	return result instanceof Error
		? result.message
		: { cancelled: result.cancelled, message: result.message, reads };
}

const ok = 'Run cancelled successfully';
const refusal = new ServiceError('Flowscale answered HTTP 409: Not running', { status: 409 });

it.each<[string, Parameters<typeof cancelled>, unknown]>([
	['at once', [ok, 'cancelled'], { cancelled: true, message: ok, reads: 1 }],
	['later', [ok, 'running', 'running', 'canceled'], { cancelled: true, message: ok, reads: 3 }],
	[
		'and forgotten',
		[ok, null],
		{ cancelled: true, message: `${ok} (the run was not found afterwards)`, reads: 4 },
	],
	[
		'though one check does not find it',
		[ok, null, 'running', 'cancelled'],
		{ cancelled: true, message: ok, reads: 3 },
	],
	[
		'not, it completed, and the first checks did not find it',
		[ok, null, null, null, 'completed'],
		{ cancelled: false, message: 'The run was not cancelled: it ended as succeeded', reads: 4 },
	],
	[
		'not, it had ended, and one check did not find it',
		[refusal, null, 'completed'],
		{ cancelled: false, message: refusal.message, reads: 2 },
	],
	[
		'not within 15 seconds, and the last check does not find it',
		[ok, 'running', 'running', 'running', 'running', 'running', null],
		{
			cancelled: false,
			message:
				'Flowscale accepted the cancel, but the run has not ended yet (state running). Check it again with Run > Get',
			reads: 6,
		},
	],
	[
		'not, it completed',
		[ok, 'running', 'completed'],
		{ cancelled: false, message: 'The run was not cancelled: it ended as succeeded', reads: 2 },
	],
	[
		'not, it timed out',
		['Cancel requested', 'timeout'],
		{ cancelled: false, message: 'The run was not cancelled: it ended as timed_out', reads: 1 },
	],
	[
		'not, and the service says why',
		['Run already completed', 'completed'],
		{ cancelled: false, message: 'Run already completed', reads: 1 },
	],
	[
		'not within 15 seconds',
		[ok, 'running'],
		{
			cancelled: false,
			message:
				'Flowscale accepted the cancel, but the run has not ended yet (state running). Check it again with Run > Get',
			reads: 6,
		},
	],
	[
		'perhaps',
		[ok, new ServiceError('gone')],
		{ cancelled: true, message: `${ok} (the run could not be read afterwards)`, reads: 1 },
	],
	[
		'not, it had ended',
		[refusal, 'completed'],
		{ cancelled: false, message: refusal.message, reads: 1 },
	],
	['not, and it goes on', [refusal, 'running'], refusal.message],
	...[200, 400, 410, 412, 423, 500, 501].map(
		(status): [string, Parameters<typeof cancelled>, unknown] => [
			`not, it had ended, in the words of a ${status}`,
			[new ServiceError(`Flowscale answered HTTP ${status}: ended`, { status }), 'failed'],
			{ cancelled: false, message: `Flowscale answered HTTP ${status}: ended`, reads: 1 },
		],
	),
	['not, the key is wrong', [new ServiceError('key', { status: 401 }), 'completed'], 'key'],
	['not, nothing was answered', [new ServiceError('lost'), 'completed'], 'lost'],
	[
		'not, though the service speaks of success',
		['Cancelled successfully, nothing else to do', 'completed'],
		{ cancelled: false, message: 'The run was not cancelled: it ended as succeeded', reads: 1 },
	],
	['not, nobody knows it', [refusal, null], 'Flowscale does not know the run'],
])('a run is cancelled %s', async (_, given, expected) => {
	expect(await cancelled(...given)).toEqual(expected);
});

const EMPTY = 'Flowscale gave the cancel an empty answer, and the run continues';
const lost = new ServiceError('No answer from Flowscale', { isRetryable: true });
const limited = new ServiceError('Flowscale answered HTTP 429', { status: 429, isRetryable: true });
const gateway = new ServiceError('Flowscale answered HTTP 503', { status: 503, isRetryable: true });
const broken = new ServiceError('Flowscale answered HTTP 500', { status: 500, isRetryable: true });

it.each<[string, string | ServiceError, Array<string | null | Error>, unknown, number]>([
	['with a text is accepted, unread', ok, ['running'], 'accepted', 0],
	['that is empty is accepted where the run has ended', '', ['cancelled'], 'accepted', 1],
	['that is empty is accepted where the run is gone', '', [null], 'accepted', 4],
	['that is empty is asked again where the run continues', '', ['running'], EMPTY, 1],
	['that is empty is asked again where one read finds no run', '', [null, 'running'], EMPTY, 2],
	['that is empty counts as failed where nothing can be read', '', [null, lost], lost.message, 2],
	[
		'that refuses it for a run that has ended is no failure',
		refusal,
		['completed'],
		'succeeded',
		1,
	],
	['of 500 for a run that has ended is no failure', broken, ['failed'], 'failed', 1],
	[
		'that refuses it is a failure where the run continues',
		refusal,
		['running'],
		refusal.message,
		1,
	],
	['that refuses it is a failure where the run is unknown', refusal, [null], refusal.message, 1],
	['that refuses it is a failure where nothing can be read', refusal, [lost], refusal.message, 1],
	['of a gateway says nothing of the run', gateway, ['cancelled'], gateway.message, 0],
	['that asks for patience is obeyed', limited, ['cancelled'], limited.message, 0],
	['that is lost says nothing of the run', lost, ['cancelled'], lost.message, 0],
])('an answer to a cancel after Stop %s', async (_, answer, states, expected, readings) => {
	const sent: unknown[] = [];
	let reads = 0;
	const api = {
		cancel: async (_id: string, extra: unknown) => {
			sent.push(extra);
			if (answer instanceof Error) throw answer;
			return answer;
		},
		run: async (_id: string, _known: unknown, extra: unknown) => {
			sent.push(extra);
			const state = states[Math.min(reads++, states.length - 1)];
			if (state instanceof Error) throw state;
			return state === null ? null : { run: createRun({ run_id: 'r', status: state }), raw: {} };
		},
	} as unknown as FlowscaleApi;
	const outcome = await sendCancel(api, 'r', fakeClock()).then(
		(run) => run?.state ?? 'accepted',
		(error: Error) => error.message,
	);
	expect([outcome, reads]).toEqual([expected, readings]);
	const detached = { isDetached: true, tries: 1 };
	expect(sent).toEqual(Array(1 + readings).fill(detached));
});
