import { createHash } from 'crypto';
import type { IPollFunctions } from 'n8n-workflow';
import { ConfigurationError } from '../../core/errors';
import { listOf, recordOf, textAt } from '../../core/json';
import { eventOf } from '../../core/trigger/newlyEnded';
import type { Run } from '../../core/runs/run';
import { apiRootOf, CREDENTIAL } from '../credential';

export interface TriggerSettings {
	groupId: string | undefined;
	isWanted(run: Run): boolean;
	/** Whether a filter needs the list to tell each run's workflow. */
	isByWorkflow: boolean;
	perOutput: boolean;
	isSimple: boolean;
	startsAfresh: boolean;
	/** Changes with the filters, the credential and the deployment; a memory of another scope is worth nothing. */
	scope: string;
}

/** @throws ConfigurationError */
export async function readSettings(context: IPollFunctions): Promise<TriggerSettings> {
	const events = listOf(context.getNodeParameter('events', [])).map(String);
	if (events.length === 0)
		throw new ConfigurationError('No event is chosen. Choose at least one under Events');
	const filters = recordOf(context.getNodeParameter('filters', {}));
	const options = recordOf(context.getNodeParameter('options', {}));
	const [groupId, workflowId] = [
		textAt(filters, 'groupId')?.trim(),
		textAt(filters, 'workflowId')?.trim(),
	];
	const root = apiRootOf(await context.getCredentials(CREDENTIAL));
	const credentialId = context.getNode().credentials?.[CREDENTIAL]?.id ?? null;
	return {
		groupId: groupId || undefined,
		isWanted: (run) =>
			events.includes(eventOf(run) ?? '') && (!workflowId || run.workflow_id === workflowId),
		isByWorkflow: Boolean(workflowId),
		perOutput: options?.outputItems === 'perOutput',
		isSimple: options?.simplify !== false,
		startsAfresh: options?.onReactivation === 'startAfresh',
		scope: createHash('sha256')
			.update(
				JSON.stringify([[...events].sort(), groupId ?? '', workflowId ?? '', credentialId, root]),
			)
			.digest('base64url')
			.slice(0, 16),
	};
}
