import type { Clock } from '../async/clock';
import { readEvents } from '../http/eventStream';
import { linkSignals } from '../async/signals';
import type { KnownRun } from '../runs/run';
import type { WatchService } from './watchService';

/** More open streams than this would cost the service more than listings do. */
const MOST_STREAMS = 4;
const MOST_RECONNECTS = 5;
const RECONNECT_PAUSE_MS = 1_000;
const HEALTHY_MS = 20_000;
/** A stream without even a keep-alive for this long counts as dead. */
const LONGEST_SILENCE_MS = 45_000;
/** Ends that a look did not confirm: after this many the stream is not believed any more. */
const MOST_LIES = 5;

export interface EventFollower {
	/** Follows the run's events if a stream is free. A run that is followed already, or that lied, is left alone. */
	follow(run: KnownRun): void;
	/** Whether a stream is open that would tell of the run's end. */
	isTrusted(runId: string): boolean;
	/** The run has ended, or nobody waits for it any more. */
	release(runId: string): void;
	releaseAll(): void;
}

interface Listener {
	/** The stream says that the run has ended, or it was closed: look now. */
	onHint(runId: string): void;
	onLive(runId: string): void;
}

/** Event streams of a few runs: hints that bring a look forward, never the judge. */
export function createEventFollower(
	service: WatchService,
	listener: Listener,
	clock: Clock,
	stop?: AbortSignal,
): EventFollower {
	const followed = new Map<string, { isTrusted: boolean; end(): void }>();
	const given = new Set<string>();
	let isOffered = service.openEvents !== undefined;

	const followOnce = async (runId: string, after: string | undefined, signal: AbortSignal) => {
		const stream = await service.openEvents?.(runId, after, signal).catch(() => null);
		if (stream === undefined) isOffered = false;
		if (!stream) return { last: after, lies: 0, wasOpen: false };
		let last = after;
		let lies = 0;
		let heardAt = clock.now();
		const entry = followed.get(runId);
		if (entry) entry.isTrusted = true;
		listener.onLive(runId);
		void (async () => {
			while (!stream.destroyed && !signal.aborted) {
				await clock.pause(LONGEST_SILENCE_MS / 3, signal);
				if (clock.now() - heardAt > LONGEST_SILENCE_MS) stream.destroy();
			}
		})();
		for await (const event of readEvents(stream, () => (heardAt = clock.now()))) {
			last = event.id ?? last;
			if (service.meaningOf?.(event) !== 'ended') continue;
			// Until a look confirms it, the end is only said: the looks go back to their usual pace.
			if (entry) entry.isTrusted = false;
			listener.onHint(runId);
			if (++lies > MOST_LIES) break;
		}
		if (entry) entry.isTrusted = false;
		return { last, lies, wasOpen: true };
	};

	const follow = async (runId: string, signal: AbortSignal) => {
		let last: string | undefined;
		for (let tries = 0; tries <= MOST_RECONNECTS && isOffered && !signal.aborted; tries++) {
			const openedAt = clock.now();
			const { lies, wasOpen, ...rest } = await followOnce(runId, last, signal);
			last = rest.last;
			// A proxy that cuts every stream after a minute does not use up the tries of an hour's run.
			if (clock.now() - openedAt > HEALTHY_MS) tries = 0;
			if (signal.aborted || lies > MOST_LIES) break;
			if (wasOpen) listener.onHint(runId);
			await clock.pause(RECONNECT_PAUSE_MS * (tries + 1), signal);
		}
	};

	const release = (runId: string) => {
		followed.get(runId)?.end();
		followed.delete(runId);
	};
	return {
		follow: ({ run_id: runId }) => {
			if (!isOffered || given.has(runId) || followed.size >= MOST_STREAMS) return;
			given.add(runId);
			const abort = linkSignals(stop);
			followed.set(runId, {
				isTrusted: false,
				end: () => {
					abort.abort();
					abort.release();
				},
			});
			void follow(runId, abort.signal).finally(() => release(runId));
		},
		isTrusted: (runId) => followed.get(runId)?.isTrusted ?? false,
		release,
		releaseAll: () => [...followed.keys()].forEach(release),
	};
}
