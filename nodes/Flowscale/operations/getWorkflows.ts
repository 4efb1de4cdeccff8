import type { IDataObject } from 'n8n-workflow';
import { ServiceError } from '../../core/errors';
import type { Operation } from '../../core/items/operation';
import { rawItem } from '../../core/files/outputItems';
import type { FlowscaleSession } from '../runs/session';
import { limitField, returnAllField, simplifyField } from '../inputs/fields';

export const getWorkflows: Operation<FlowscaleSession> = {
	name: 'Get Many',
	value: 'getMany',
	action: 'Get many workflows',
	description: 'Get a list of the deployed workflows with their inputs and outputs',
	fields: [returnAllField, limitField, simplifyField],
	prepare: (item, { api }) => {
		const limit = item.flag('returnAll', false)
			? Number.POSITIVE_INFINITY
			: item.amount('limit', 'Limit', 50, 1);
		const isSimple = item.flag('simplify', true);
		return async () => {
			const workflows = await api.workflows();
			if (workflows === undefined)
				throw new ServiceError('This deployment has no list of workflows', {
					status: 404,
					hint: 'Its workflow IDs and parameter names are in the deployment’s API dashboard.',
				});
			return workflows
				.slice(0, limit)
				.map(({ workflow, raw }) =>
					isSimple ? { json: workflow as unknown as IDataObject } : rawItem(raw),
				);
		};
	},
};
