import type { Operation } from '../../core/items/operation';
import { itemOf, rawItem } from '../../core/files/outputItems';
import type { FlowscaleSession } from '../runs/session';
import { runField, isSimplified, simplifyField } from '../inputs/fields';
import { findRun } from '../runs/findRun';
import { runShape } from '../../core/runs/runShape';

export const getRun: Operation<FlowscaleSession> = {
	name: 'Get',
	value: 'get',
	action: 'Get run',
	description: 'Get a run by its ID',
	output: runShape,
	fields: [runField, simplifyField],
	prepare: (item, { api }) => {
		const runId = item.id('runId', 'Run');
		const isSimple = isSimplified(item);
		return async () => {
			const found = await findRun(api, runId);
			return [isSimple ? itemOf(found.run) : rawItem(found.raw)];
		};
	},
};
