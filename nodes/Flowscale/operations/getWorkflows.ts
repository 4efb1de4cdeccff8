import { ServiceError } from '../../core/errors';
import type { Operation } from '../../core/items/operation';
import { rawItem } from '../../core/files/outputItems';
import type { FlowscaleSession } from '../runs/session';
import { limitField, returnAllField, isSimplified, simplifyField } from '../inputs/fields';
import { list, orNull, record, text } from '../../core/shape';
import { asJson } from '../../core/nodeStore';

export const getWorkflows: Operation<FlowscaleSession> = {
	name: 'Get Many',
	value: 'getMany',
	action: 'Get many workflows',
	description: 'Get a list of the deployed workflows with their inputs and outputs',
	output: record({
		workflow_id: text('550e8400-e29b-41d4-a716-446655440000'),
		name: text('Text to Image'),
		description: orNull(text('Generate an image from text input')),
		inputs: list(record({ name: text('text_51536'), type: text('string') })),
		outputs: list(record({ name: text('filename_prefix_58358'), type: text('image') })),
	}),
	fields: [returnAllField, limitField, simplifyField],
	prepare: (item, { api }) => {
		const limit = item.flag('returnAll', false)
			? Number.POSITIVE_INFINITY
			: item.amount('limit', 'Limit', 50, 1);
		const isSimple = isSimplified(item);
		return async () => {
			const workflows = await api.workflows();
			if (workflows === undefined)
				throw new ServiceError('This deployment has no list of workflows', {
					status: 404,
					hint: 'Its workflow IDs and parameter names are in the deployment’s API dashboard.',
				});
			return workflows
				.slice(0, limit)
				.map(({ workflow, raw }) => (isSimple ? { json: asJson(workflow) } : rawItem(raw)));
		};
	},
};
