import { type Operation, optionsField } from '../../../../../nodes/core/items/operation';
import { itemOf } from '../../../../../nodes/core/files/outputItems';
import type { ComflowySession } from '../runs/session';
import { progressUrlOption, resultUrlOption, startFields } from '../inputs/fields';
import { LONGEST_HOLD_MS, readStartRequest } from '../runs/startRequest';
import { startedRun } from '../runs/runShapes';

export const execute: Operation<ComflowySession> = {
	name: 'Execute',
	value: 'execute',
	action: 'Execute a workflow',
	description: 'Start a run without waiting for it',
	output: startedRun,
	fields: [...startFields, optionsField([progressUrlOption, resultUrlOption])],
	prepare: (item, session) => {
		const start = readStartRequest(item, session, LONGEST_HOLD_MS);
		return async () => [
			itemOf({ ...(await session.starter().start(start)), inputs: start.inputs }),
		];
	},
};
