import { outputItems } from '../../core/files/outputItems';
import { runWithId } from '../../core/runs/run';
import {
	readWaitOrder,
	startTimeoutOption,
	waitingOptions,
	waitModeFields,
} from '../../core/waiting/waitingFields';
import { optionsField } from '../../core/items/operation';
import { readOutputSettings, outputOptions } from '../../core/files/outputFields';
import { waitingOperation } from '../../core/waiting/waitingOperation';
import type { FlowscaleSession } from '../runs/session';
import { runField } from '../inputs/fields';
import { runWithFilesShape } from '../../core/runs/runShape';

export const waitForRun = waitingOperation<FlowscaleSession>({
	name: 'Wait',
	value: 'wait',
	action: 'Wait for run and get its outputs',
	description: 'Wait for a run that was started earlier, here or anywhere, and return its outputs',
	output: runWithFilesShape,
	fields: [
		runField,
		...waitModeFields,
		optionsField([startTimeoutOption], waitingOptions, outputOptions),
	],
	prepareWait: (item, session) => {
		const runId = item.id('runId', 'Run');
		const settings = readOutputSettings(item);
		const known = () => {
			const run = runWithId(runId);
			session.otherRuns.note(item.index, run);
			return run;
		};
		return {
			order: readWaitOrder(item),
			begin: async () => known(),
			known,
			finish: async (run) => await outputItems(run, settings, session),
		};
	},
});
