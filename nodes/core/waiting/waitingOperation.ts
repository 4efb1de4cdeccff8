import type { Item } from '../items/item';
import type { ItemOutput, Operation } from '../items/operation';
import type { KnownRun } from '../runs/run';
import type { RunWaiter, WaitOrder } from './runWaiter';

/** One item's wait, checked: which run, for how long, and what becomes of it. */
export interface Wait {
	/** @param isContinued after a suspension */
	begin(isContinued: boolean): Promise<KnownRun>;
	/**
	 * The run that began before a suspension, by its ID alone; undefined where its start got no clear
	 * answer.
	 */
	known(): KnownRun | undefined;
	order: WaitOrder;
	/** The ended run, its outputs complete, as items. */
	finish(run: KnownRun): Promise<ItemOutput[]>;
}

/** An operation that waits: in place like any other, or suspended. */
export interface WaitingOperation<Session> extends Operation<Session> {
	/** Reads and checks the item's parameters and sends nothing. @throws ConfigurationError */
	prepareWait(item: Item, session: Session): Wait;
}

type WithoutJob<Session> = Omit<WaitingOperation<Session>, 'prepare'>;

/**
 * Waiting in place, derived from the wait itself. All items wait at once; the waiter starts no more
 * runs than Max Concurrent Runs allows.
 */
export function waitingOperation<Session extends { waiting(item: Item): RunWaiter }>(
	operation: WithoutJob<Session>,
): WaitingOperation<Session> {
	return {
		...operation,
		itemsAtATime: Number.POSITIVE_INFINITY,
		prepare: (item, session) => {
			const { begin, order, finish } = operation.prepareWait(item, session);
			const waiter = session.waiting(item);
			return async () => {
				const ended = await waiter.untilEnd(async () => await begin(false), order);
				return await finish(await waiter.conclude(ended, order));
			};
		},
	};
}

export function isWaitingOperation<Session>(
	operation: Operation<Session>,
): operation is WaitingOperation<Session> {
	return 'prepareWait' in operation;
}
