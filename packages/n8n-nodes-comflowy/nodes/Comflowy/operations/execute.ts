import type { Operation } from '../../../../../nodes/core/menu';
import { itemOf } from '../../../../../nodes/core/outputItems';
import { optionsField } from '../../../../../nodes/core/waitingFields';
import type { ComflowySession } from '../session';
import { progressUrlOption, resultUrlOption, startFields } from './fields';
import { readStartOrder } from './starting';

export const execute: Operation<ComflowySession> = {
	name: 'Execute',
	value: 'execute',
	action: 'Execute a workflow',
	description: 'Start a run without waiting for it',
	fields: [...startFields, optionsField([progressUrlOption, resultUrlOption])],
	prepare: (item, session) => {
		const order = readStartOrder(item, session);
		return async () => [itemOf(await session.starter().start(order))];
	},
};
