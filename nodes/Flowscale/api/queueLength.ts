import { listOf, recordOf } from '../../core/json';

/**
 * How long the deployment's queue is: runs that wait, and containers that work on nothing.
 * @param containers entries of `/comfy/queue`, each with `queue_running` and `queue_pending`
 *   (protocols 1.5)
 */
export function readQueueLength(containers: unknown[]): { pending: number; idle: number } {
	const queues = containers.map((entry) => {
		const record = recordOf(entry);
		const queue = recordOf(record?.queue) ?? record;
		return {
			running: listOf(queue?.queue_running ?? queue?.running).length,
			pending: listOf(queue?.queue_pending ?? queue?.pending).length,
		};
	});
	return {
		pending: queues.reduce((sum, { pending }) => sum + pending, 0),
		idle: queues.filter(({ running, pending }) => running + pending === 0).length,
	};
}
