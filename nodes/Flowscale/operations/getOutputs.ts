import { ofRun, ServiceError } from '../../core/errors';
import { type Operation, optionsField } from '../../core/items/operation';
import { outputItems } from '../../core/files/outputItems';
import { readOutputSettings, outputOptions } from '../../core/files/outputFields';
import type { FlowscaleSession } from '../runs/session';
import { completeOutputs } from '../runs/outputs';
import { runField } from '../inputs/fields';
import { findRun } from '../runs/findRun';
import { runWithFilesShape } from '../../core/runs/runShape';

export const getOutputs: Operation<FlowscaleSession> = {
	name: 'Get Outputs',
	value: 'getOutputs',
	action: 'Get outputs of run',
	description: 'Get the files and texts that a finished run made',
	output: runWithFilesShape,
	fields: [runField, optionsField(outputOptions)],
	prepare: (item, session) => {
		const runId = item.id('runId', 'Run');
		const settings = readOutputSettings(item);
		return async () => {
			const { run } = await findRun(session.api, runId);
			// An unknown status says nothing, so the outputs decide.
			if (!run.finished && run.state !== 'unknown')
				throw new ServiceError('The run has not ended yet', {
					runId,
					state: run.state,
					hint: 'Use Run > Wait to wait for it.',
				});
			const isComplete = run.state !== 'succeeded' && run.state !== 'unknown';
			const complete = isComplete
				? run
				: await completeOutputs(session, run).catch((error: unknown) => {
						throw ofRun(error, run);
					});
			return await outputItems(complete, settings, session);
		};
	},
};
