import type { IDataObject } from 'n8n-workflow';
import { ServiceFailure } from '../../core/errors';
import type { Operation } from '../../core/menu';
import { itemOf } from '../../core/outputItems';
import type { FlowscaleSession } from '../operations';
import { runField, simplifyField } from './fields';

export const getRun: Operation<FlowscaleSession> = {
	name: 'Get',
	value: 'get',
	action: 'Get a run',
	description: 'Get a run by its ID',
	fields: [runField, simplifyField],
	prepare: (item, { api }) => {
		const runId = item.id('runId', 'Run ID');
		const isSimple = item.flag('simplify', true);
		return async () => {
			const found = await api.run(runId);
			if (found === null) throw unknownRun(runId);
			return [isSimple ? itemOf(found.run) : { json: found.own as IDataObject }];
		};
	},
};

export function unknownRun(runId: string): ServiceFailure {
	return new ServiceFailure(`The service does not know run ${runId}`, {
		status: 404,
		hint: 'Check the run ID, and that the credential belongs to the deployment that started it. A run that was started a moment ago may not be known yet.',
	});
}
