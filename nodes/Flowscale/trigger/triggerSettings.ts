import { createHash } from 'crypto';
import type { IPollFunctions } from 'n8n-workflow';
import { ConfigurationError } from '../../core/errors';
import { chosenWords, recordOf, textAt } from '../../core/json';
import { eventOf, eventOfState, type RunEventName } from '../../core/trigger/newlyEnded';
import { type Run, stateOf } from '../../core/runs/run';
import { apiRootOf, CREDENTIAL } from '../credential';
import { chosenId } from '../inputs/chosenId';

export interface TriggerSettings {
	groupId: string | undefined;
	isWanted(run: Run): boolean;
	/** Whether a filter needs the list to show each run's workflow. */
	isByWorkflow: boolean;
	perOutput: boolean;
	isSimple: boolean;
	skipsMissedRuns: boolean;
	/**
	 * Identifies the filters, the credential and the deployment. A memory of another scope is
	 * discarded.
	 */
	scope: string;
}

const EVENTS = ['completed', 'failed', 'cancelled'] as const;

/** @throws ConfigurationError */
export async function readSettings(context: IPollFunctions): Promise<TriggerSettings> {
	const events = readEvents(context.getNodeParameter('events', []));
	const filters = recordOf(context.getNodeParameter('filters', {}));
	const options = recordOf(context.getNodeParameter('options', {}));
	const groupId = textAt(filters, 'groupId')?.trim();
	const workflowId = chosenId(filters?.workflowId);
	const root = apiRootOf(await context.getCredentials(CREDENTIAL));
	const credentialId = context.getNode().credentials?.[CREDENTIAL]?.id ?? null;
	return {
		groupId: groupId || undefined,
		isWanted: (run) =>
			events.some((event) => event === eventOf(run)) &&
			(!workflowId || run.workflow_id === workflowId),
		isByWorkflow: Boolean(workflowId),
		perOutput: wordIn(options?.outputItems) === 'peroutput',
		isSimple: wordIn(options?.simplify) !== 'false',
		skipsMissedRuns: wordIn(options?.onReactivation) === 'startafresh',
		scope: createHash('sha256')
			.update(
				JSON.stringify([[...events].sort(), groupId ?? '', workflowId ?? '', credentialId, root]),
			)
			.digest('base64url')
			.slice(0, 16),
	};
}

/**
 * The events of the field. An expression may give a list, a text with commas or a JSON list, in any
 * letter case, and the names that the editor shows ("Run Completed").
 * @throws ConfigurationError
 */
export function readEvents(given: unknown): RunEventName[] {
	const words = chosenWords(given);
	if (words.length === 0)
		throw new ConfigurationError('No event is chosen. Choose at least one under Events');
	const found = words.map((word) => {
		const name = word.toLowerCase().replace(/^run[ ._-]?/, '');
		// The words of an item's `state` mean the same.
		return EVENTS.find((event) => event === name) ?? eventOfState(stateOf(name));
	});
	const unknownWord = words.find((_, place) => found[place] === undefined);
	if (unknownWord !== undefined)
		throw new ConfigurationError(
			`Events cannot be "${unknownWord}"`,
			`Use one or more of these: ${EVENTS.join(', ')}.`,
		);
	return EVENTS.filter((event) => found.includes(event));
}

/** An expression may give a boolean or a text in any letter case. */
function wordIn(value: unknown): string {
	return String(value ?? '')
		.trim()
		.toLowerCase();
}
