import type { Operation } from '../../core/menu';
import { itemOf } from '../../core/outputItems';
import { optionsField } from '../../core/waitingFields';
import type { FlowscaleSession } from '../operations';
import { reuseOption } from './fields';
import { readStartOrder, startFields } from './starting';

export const execute: Operation<FlowscaleSession> = {
	name: 'Execute',
	value: 'execute',
	action: 'Execute a workflow',
	description: 'Start a run and return at once',
	fields: [...startFields, optionsField([reuseOption])],
	prepare: (item, session) => {
		const order = readStartOrder(item, session);
		return async () => [itemOf(await session.starter().start(order))];
	},
};
