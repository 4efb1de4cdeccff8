import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { chosenWords, dataOf, recordOf, textAt } from '../../../../../nodes/core/json';
import { itemOf } from '../../../../../nodes/core/files/outputItems';
import { type CallbackEvent, eventOf } from '../api/callbackEvent';
import { readOutputs } from '../api/outputs';
import { readRun } from '../api/readers';
import { isToken, TOKEN_PARAMETER } from './callback';
import { callbackIn, refuse } from './receiveCallback';

/** A callback of any run becomes an item, if its token is right and the event is wanted. */
export function receiveEvent(context: IWebhookFunctions): IWebhookResponseData {
	const token = String(context.getNodeParameter('token', '')).trim();
	if (!isToken(recordOf(context.getQueryData())?.[TOKEN_PARAMETER], token))
		return refuse(context, 403, 'The token in the address is not the one of this trigger');
	const body = callbackIn(context);
	const type = textAt(body, 'type', 'status')?.toLowerCase() ?? '';
	// Without a type, images show that it is a result.
	if (body === undefined || (type === '' && readOutputs(body).length === 0))
		return refuse(context, 400, 'This is no callback of Comflowy: it has no "type"');
	const event = eventOf(type, body);
	const wanted = chosenWords(context.getNodeParameter('events', ['result']));
	if (!wanted.some((word) => word.toLowerCase() === event))
		return { webhookResponse: { received: true, started: false } };
	return {
		webhookResponse: { received: true, started: true },
		workflowData: [[{ json: itemJson(event, type, body) }]],
	};
}

function itemJson(event: CallbackEvent, type: string, body: Record<string, unknown>): IDataObject {
	const runId = textAt(body, 'run_id', 'runId') ?? null;
	if (event === 'progress') {
		const outputs = readOutputs(body);
		return {
			event,
			type,
			run_id: runId,
			...dataOf([
				['payload', body.payload ?? null],
				...(outputs.length > 0 ? [['outputs', outputs] as [string, unknown]] : []),
			]),
		};
	}
	return { ...itemOf(readRun(runId ?? '', body)).json, run_id: runId, event };
}
