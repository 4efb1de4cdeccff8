import type { IDataObject } from 'n8n-workflow';
import { ConfigurationError } from '../../../../../nodes/core/errors';
import { parsedJson } from '../../../../../nodes/core/json';
import { writtenJson } from '../../../../../nodes/core/jsonText';
import type { Item } from '../../../../../nodes/core/items/item';
import { readNamedValues } from '../../../../../nodes/core/items/namedValues';
import type { StartRequest } from '../../../../../nodes/core/starting/startService';
import type { StartBody } from '../api/api';
import type { Session } from './session';
import { paramsForm } from '../inputs/fields';

/** Comflowy documents no limit; a start that is not answered for this long counts as uncertain. */
const LONGEST_ANSWER_MS = 120_000;

/**
 * A start, with what it sends: Comflowy never repeats the parameters of a run, so items get them
 * from here.
 */
export interface ComflowyStart extends StartRequest {
	inputs: IDataObject;
}

/** "Too many requests" says "later": a start without a Timeout of its own is held back this long. */
export const LONGEST_HOLD_MS = 600_000;

/**
 * Checks an item's start; nothing is sent before `send`. Its answer has to be complete, head and
 * body, within the item's Timeout.
 * @param patienceMs how long the start may be held back, and its answer may take; 0: no limit
 * @param resultUrl called by Comflowy when the run has ended, where the node itself waits for that
 * @throws ConfigurationError
 */
export function readStartRequest(
	item: Item,
	{ api, transport }: Session,
	patienceMs: number,
	resultUrl?: string,
): ComflowyStart {
	const workflowId = item.id('workflowId', 'Workflow ID');
	const params = readParams(item);
	const givenResultUrl = readUrl(item, 'options.onResultUrl', 'On Result URL');
	if (resultUrl !== undefined && givenResultUrl !== undefined)
		throw new ConfigurationError(
			'On Result URL cannot be set together with Wait Mode "Callback"',
			'Comflowy calls one address only, and the wait needs it. Remove On Result URL or choose another Wait Mode.',
		);
	const urls = {
		on_result_url: resultUrl ?? givenResultUrl,
		on_progress_event_url: readUrl(item, 'options.onProgressUrl', 'On Progress URL'),
	};
	const hasUrls = Object.values(urls).some((url) => url !== undefined);
	const body: StartBody = {
		workflow_id: workflowId,
		params,
		...(hasUrls ? { callback_urls: urls } : {}),
	};
	return {
		itemIndex: item.index,
		workflowId,
		// As an item shows them: long integers as text, which no later node rounds.
		inputs: parsedJson(writtenJson(params)) as IDataObject,
		groupId: undefined,
		texts: Object.fromEntries(
			Object.entries(params).map(([name, value]) => [name, writtenJson(value)]),
		),
		fileNames: [],
		isGroupOfExecution: false,
		reuse: 'never',
		patienceMs,
		maxQueued: 0,
		// Detached: if the execution is stopped while a start is being sent, its answer is still read
		// and remembered. Comflowy cancels no run, so that what is not sent yet must not be.
		send: async () =>
			await transport.once({
				...api.startRequest(body),
				isDetached: true,
				isGivenUpUnsent: true,
				idleMs: LONGEST_ANSWER_MS,
				totalMs: Math.min(LONGEST_ANSWER_MS, patienceMs || LONGEST_ANSWER_MS),
			}),
	};
}

/** `node::field`, with something on both sides. */
function isNodeField(name: string): boolean {
	const at = name.indexOf('::', 1);
	return at !== -1 && at + 2 < name.length;
}

function readParams(item: Item): Record<string, unknown> {
	const params = readNamedValues(item, paramsForm);
	const wrong = Object.keys(params).find((name) => !isNodeField(name));
	if (wrong !== undefined)
		throw new ConfigurationError(
			`Parameter "${wrong}" is not named node::field`,
			'For example 6::text for the field "text" of node 6.',
		);
	return params;
}

function readUrl(item: Item, name: string, label: string): string | undefined {
	const url = item.optionalText(name, label);
	if (url === '') return undefined;
	if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
		throw new ConfigurationError(
			`${label} is not a web address`,
			'It starts with https:// (or http://).',
		);
	return url;
}
