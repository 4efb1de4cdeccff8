import type { ByteStream } from '../http/byteStream';
import type { ServerEvent } from '../http/eventStream';
import type { KnownRun } from '../runs/run';

/** What an event of a run's stream means for someone who waits for the run's end. */
export type EventMeaning = 'ended' | 'goingOn';

/** What a service must offer for its runs to be waited on. Looks are tried once: the watcher decides when to look again. */
export interface WatchService {
	/** One look; null while the service does not know the run. @throws ServiceError | ExecutionCancelledError */
	poll(run: KnownRun): Promise<KnownRun | null>;
	/** One look at a group: at least those of `wanted` that it lists. undefined: this deployment cannot tell. */
	pollGroup?(groupId: string, wanted: ReadonlySet<string>): Promise<KnownRun[] | undefined>;
	/** A second opinion on a run whose status does not say that it has ended. @throws ServiceError | ExecutionCancelledError */
	verify?(run: KnownRun): Promise<KnownRun>;
	/** The run's event stream after an event; undefined: this deployment has none. @throws ServiceError | ExecutionCancelledError */
	openEvents?(
		runId: string,
		after: string | undefined,
		signal: AbortSignal,
	): Promise<ByteStream | undefined>;
	meaningOf?(event: ServerEvent): EventMeaning;
}

export interface WatchSettings {
	intervalMs: number;
	hasLiveEvents: boolean;
	/** Items of this node that have no result yet, the watched ones included. */
	outstanding(): number;
	onChange?(run: KnownRun): void;
}
