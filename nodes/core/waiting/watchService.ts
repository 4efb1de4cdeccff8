import type { ByteStream } from '../http/byteStream';
import type { ServerEvent } from '../http/eventStream';
import type { KnownRun } from '../runs/run';

/** What an event of a run's stream means for an item that waits for the run's end. */
export type EventMeaning = 'ended' | 'unfinished';

/**
 * What a service must offer for its runs to be waited for. Each request is tried once: the watcher
 * decides when to poll again.
 */
export interface WatchService {
	/** As messages call it. */
	serviceName: string;
	/**
	 * The run as it is now; null while the service does not know it.
	 * @throws ServiceError | ExecutionCancelledError
	 */
	poll(run: KnownRun): Promise<KnownRun | null>;
	/**
	 * The runs of a group as they are now, at least those of `wanted` that the group's list shows;
	 * undefined where the deployment cannot list them.
	 * @throws ServiceError | ExecutionCancelledError
	 */
	pollGroup?(groupId: string, wanted: ReadonlySet<string>): Promise<KnownRun[] | undefined>;
	/**
	 * The run as its outputs show it, where its status does not say that it has ended.
	 * @throws ServiceError | ExecutionCancelledError
	 */
	verify?(run: KnownRun): Promise<KnownRun>;
	/**
	 * The run's event stream, after the event with this id; undefined where the deployment has none.
	 * @throws ServiceError | ExecutionCancelledError
	 */
	openEvents?(
		runId: string,
		after: string | undefined,
		signal: AbortSignal,
	): Promise<ByteStream | undefined>;
	/**
	 * Whether runs of this service have been seen with a field for the time of their start, empty or
	 * not.
	 */
	reportsStart?(): boolean;
	meaningOf?(event: ServerEvent): EventMeaning;
}

export interface WatchSettings {
	intervalMs: number;
	hasLiveEvents: boolean;
	/** Items of this node that will wait for a run, and whose run is not watched yet. */
	unbegun(): number;
	/** A poll saw another state of the run than the one before. */
	onChange?(run: KnownRun): void;
	/**
	 * The service does not report whether this run has begun, so that a start timeout cannot work.
	 */
	onUnclearStart?(run: KnownRun): void;
}
