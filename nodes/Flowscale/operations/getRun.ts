import { ofRun, ServiceFailure } from '../../core/errors';
import type { Operation } from '../../core/menu';
import { itemOf, ownItemOf } from '../../core/outputItems';
import type { FlowscaleApi } from '../api';
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
			const found = await findRun(api, runId);
			return [isSimple ? itemOf(found.run) : ownItemOf(found.own)];
		};
	},
};

/** @throws ServiceFailure, which names the run */
export async function findRun(
	api: FlowscaleApi,
	runId: string,
): Promise<NonNullable<Awaited<ReturnType<FlowscaleApi['run']>>>> {
	const found = await api.run(runId).catch((error: unknown) => {
		throw ofRun(error, { run_id: runId });
	});
	if (found === null) throw unknownRun(runId);
	return found;
}

export function unknownRun(runId: string): ServiceFailure {
	return new ServiceFailure(`The service does not know run ${runId}`, {
		status: 404,
		hint: 'Check the run ID, and that the credential belongs to the deployment that started it. A run that was started a moment ago may not be known yet.',
	});
}
