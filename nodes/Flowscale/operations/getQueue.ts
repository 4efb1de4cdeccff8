import { listOf, recordOf, textAt, textOf } from '../../core/json';
import type { Operation } from '../../core/items/operation';
import type { FlowscaleSession } from '../runs/session';
import { queueOf } from '../api/queueLength';
import { containerOf } from '../api/readers';
import { list, orNull, record, text, whole } from '../../core/shape';

/** ComfyUI's own queue entries have more elements; only number and id may be relied on. */
function entriesOf(queue: unknown[]): Array<{ number: number | null; id: string | null }> {
	return queue.map((entry) => {
		const record = recordOf(entry);
		const [number, id] = Array.isArray(entry)
			? listOf(entry)
			: [record?.number, textAt(record, 'id', 'run_id', 'prompt_id')];
		const place = Number(textOf(number) ?? Number.NaN);
		return { number: Number.isNaN(place) ? null : place, id: textOf(id) ?? null };
	});
}

const entriesShape = () =>
	list(
		record({
			number: orNull(whole(12)),
			id: orNull(text('2a0babc4-acce-4521-9576-00fa0e6ecc91')),
		}),
	);

export const getQueue: Operation<FlowscaleSession> = {
	name: 'Get Queue',
	value: 'getQueue',
	action: 'Get cluster queue',
	description: 'Get the running and pending runs of each container',
	output: record({
		container: text('container #1'),
		running: entriesShape(),
		pending: entriesShape(),
		running_count: whole(1),
		pending_count: whole(1),
	}),
	fields: [],
	prepare:
		(_, { api }) =>
		async () =>
			(await api.queue()).map((entry, index) => {
				const queue = queueOf(entry);
				const [running, pending] = [entriesOf(queue.running), entriesOf(queue.pending)];
				return {
					json: {
						container: containerOf(entry, index),
						running,
						pending,
						running_count: running.length,
						pending_count: pending.length,
					},
				};
			}),
};
