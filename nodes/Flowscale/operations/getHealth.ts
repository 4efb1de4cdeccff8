import type { Operation } from '../../core/items/operation';
import { recordOf, textAt } from '../../core/json';
import { containerOf } from '../api/readers';
import type { FlowscaleSession } from '../runs/session';
import { record, text } from '../../core/shape';

export const getHealth: Operation<FlowscaleSession> = {
	name: 'Get Health',
	value: 'getHealth',
	action: 'Get cluster health',
	description: 'Get the state of each container',
	output: record({ container: text('container #1'), status: text('running') }),
	fields: [],
	prepare:
		(_, { api }) =>
		async () =>
			(await api.health()).map((entry, index) => ({
				json: {
					container: containerOf(entry, index),
					status: textAt(recordOf(entry), 'status', 'state')?.toLowerCase() ?? 'unknown',
				},
			})),
};
