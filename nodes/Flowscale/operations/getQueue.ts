import { listOf, recordOf, textOf } from '../../core/json';
import type { Operation } from '../../core/menu';
import type { FlowscaleSession } from '../operations';
import { containerOf } from './getHealth';

/** ComfyUI's own queue entries have more elements; only number and id may be relied on. */
function entriesOf(queue: unknown): Array<{ number: number | null; id: string | null }> {
	return listOf(queue).map((entry) => {
		const [number, id] = Array.isArray(entry) ? (entry as unknown[]) : [];
		return { number: typeof number === 'number' ? number : null, id: textOf(id) ?? null };
	});
}

export const getQueue: Operation<FlowscaleSession> = {
	name: 'Get Queue',
	value: 'getQueue',
	action: 'Get the queue of the cluster',
	description: 'Get the running and pending runs of each container',
	fields: [],
	prepare: (_, { api }) => async () =>
		(await api.queue()).map((entry, index) => {
			const queue = recordOf(recordOf(entry)?.queue);
			const [running, pending] = [entriesOf(queue?.queue_running), entriesOf(queue?.queue_pending)];
			return { json: { container: containerOf(entry, index), running, pending, running_count: running.length, pending_count: pending.length } };
		}),
};
