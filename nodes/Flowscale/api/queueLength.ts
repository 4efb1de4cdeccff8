import { listOf, recordOf } from '../../core/json';

/** @param container an entry of `/comfy/queue`, with `queue_running` and `queue_pending` (protocols 1.5) */
export function queueOf(container: unknown): { running: unknown[]; pending: unknown[] } {
	const record = recordOf(container);
	const queue = recordOf(record?.queue) ?? record;
	return {
		running: listOf(queue?.queue_running ?? queue?.running),
		pending: listOf(queue?.queue_pending ?? queue?.pending),
	};
}

/**
 * How long the deployment's queue is: runs that wait, and containers that work on nothing.
 * @param containers entries of `/comfy/queue`
 */
export function readQueueLength(containers: unknown[]): { pending: number; idle: number } {
	const queues = containers.map(queueOf);
	return {
		pending: queues.reduce((sum, { pending }) => sum + pending.length, 0),
		idle: queues.filter(({ running, pending }) => running.length + pending.length === 0).length,
	};
}
