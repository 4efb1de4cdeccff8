import { ServiceError } from '../../../nodes/core/errors';
import type { KnownRun } from '../../../nodes/core/runs/run';
import { createWatcher } from '../../../nodes/core/waiting/watcher';
import type { WatchService, WatchSettings } from '../../../nodes/core/waiting/watchService';
import { fakeClock } from '../../harness/fakeClock';
import { aRun, endOf } from '../../harness/runs';

export const passing = (message = 'busy', retryAfterMs?: number) =>
	new ServiceError(message, { status: 503, isRetryable: true, retryAfterMs });
export const refusal = (status: number) => new ServiceError(`HTTP ${status}`, { status });

export interface Script {
	/** When each run ends, by this clock. */
	endsAt?: Record<string, number>;
	/** What a look at a run brings instead of the run. */
	onLook?(runId: string, looks: number): KnownRun | null | Error | undefined;
	onList?(lists: number): KnownRun[] | undefined | Error | 'runs';
	lookMs?: number;
	settings?: Partial<WatchSettings>;
	service?: Partial<WatchService>;
}

/** A watcher whose service does as the script says; every request is noted with its time. */
export function watchHarness({
	endsAt = {},
	onLook = () => undefined,
	onList,
	lookMs = 0,
	settings,
	service,
}: Script) {
	const clock = fakeClock();
	const stop = new AbortController();
	const looks: Array<[ms: number, what: string]> = [];
	const isOver = (runId: string) => clock.now() >= (endsAt[runId] ?? Number.POSITIVE_INFINITY);
	const runNow = (runId: string, group_id: string | null) =>
		aRun(runId, { group_id, status: isOver(runId) ? 'completed' : 'running' });
	const handOut = <T>(result: T | Error): T => {
		if (result instanceof Error) throw result;
		return result;
	};
	const full: WatchService = {
		serviceName: 'Flowscale',
		poll: async ({ run_id: runId, group_id: groupId }) => {
			looks.push([clock.now(), runId]);
			const count = looks.filter(([, what]) => what === runId).length;
			if (lookMs > 0) await clock.pause(lookMs);
			const received = onLook(runId, count);
			return received === undefined ? runNow(runId, groupId) : handOut(received);
		},
		...(onList && {
			pollGroup: async (groupId, wanted) => {
				looks.push([clock.now(), `list ${groupId}`]);
				const received = onList(looks.filter(([, what]) => what === `list ${groupId}`).length);
				return received === 'runs'
					? [...wanted].map((runId) => runNow(runId, groupId))
					: handOut(received);
			},
		}),
		...service,
	};
	const watcher = createWatcher(
		full,
		{ intervalMs: 2_000, hasLiveEvents: false, unbegun: () => 0, ...settings },
		clock,
		stop.signal,
	);
	/** State of the run as it ended, and when; or class and message of the failure. */
	const watch = async (
		runId: string,
		{
			timeoutMs = Number.POSITIVE_INFINITY,
			group = 'g',
			status = 'queued',
		}: { timeoutMs?: number; group?: string | null; status?: string } = {},
	) => {
		const end = await endOf(
			watcher.watch(aRun(runId, { group_id: group, status }), clock.now() + timeoutMs),
		);
		return 'value' in end
			? { state: end.value.state, atMs: clock.now() }
			: { kind: end.kind, message: end.message, atMs: clock.now() };
	};
	return {
		clock,
		stop,
		looks,
		watch,
		watcher,
		requests: (what: string) => looks.filter(([, name]) => name === what).length,
	};
}
