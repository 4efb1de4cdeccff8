import type { Operation } from '../../core/menu';
import { outputItems } from '../../core/outputItems';
import { optionsField, outputOptions, readOutputSettings, readWaitOrder, waitingOptions } from '../../core/waitingFields';
import type { FlowscaleSession } from '../operations';
import { reuseOption } from './fields';
import { readStartOrder, startFields } from './starting';

export const executeAndWait: Operation<FlowscaleSession> = {
	name: 'Execute and Wait',
	value: 'executeAndWait',
	action: 'Execute a workflow and wait for its outputs',
	description: 'Start a run, wait for it and return its outputs',
	fields: [...startFields, optionsField([reuseOption], waitingOptions, outputOptions)],
	itemsAtATime: Number.POSITIVE_INFINITY,
	prepare: (item, session) => {
		const order = readStartOrder(item, session);
		const wait = readWaitOrder(item);
		const settings = readOutputSettings(item);
		const waitFor = session.waiting(item);
		return async () => {
			const run = await waitFor(async () => await session.starter().start(order), wait);
			return await outputItems(run, settings, async (of, output) => await session.fetchOutput(of, output, settings.maxFileBytes));
		};
	},
};
