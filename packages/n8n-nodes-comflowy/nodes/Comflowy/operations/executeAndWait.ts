import { outputItems } from '../../../../../nodes/core/outputItems';
import {
	optionsField,
	outputOptions,
	readOutputSettings,
	readWaitOrder,
} from '../../../../../nodes/core/waitingFields';
import { waitingOperation } from '../../../../../nodes/core/waitingOperation';
import { openCallbackDesk } from '../callback';
import type { ComflowySession } from '../session';
import {
	comflowyWaitModeFields,
	lookUpOption,
	pollingOptions,
	progressUrlOption,
	resultUrlOption,
	startFields,
} from './fields';
import { readStartOrder } from './starting';

export const executeAndWait = waitingOperation<ComflowySession>({
	name: 'Execute and Wait',
	value: 'executeAndWait',
	action: 'Execute a workflow and wait for its outputs',
	description: 'Start a run, wait for it and return its outputs',
	fields: [
		...startFields,
		...comflowyWaitModeFields,
		optionsField([progressUrlOption, resultUrlOption, lookUpOption], pollingOptions, outputOptions),
	],
	prepareWait: (item, session) => {
		const desk = openCallbackDesk(item);
		const start = readStartOrder(item, session, desk?.url);
		const settings = readOutputSettings(item);
		return {
			order: { ...readWaitOrder(item), cancelRemote: 'never' },
			begin: async (isContinued) => {
				const run = await session.starter().start({ ...start, isContinued });
				desk?.expect(run.run_id);
				return run;
			},
			finish: async (run) =>
				await outputItems(
					run,
					settings,
					async (of, output) => await session.fetchOutput(of, output, settings.maxFileBytes),
				),
		};
	},
});
