import type {
	IDataObject,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { type JsonRecord, parsedJson, recordOf, textAt } from '../../../../../nodes/core/json';
import { isToken, MEMORY_KEY, readMemory, TOKEN_PARAMETER } from './callback';
import { eventOf } from '../api/callbackEvent';

/**
 * A callback for an execution that waits. It only wakes the execution: the node then looks the run up itself, so that nobody can
 * hand it results. n8n answers callbacks that come too early (409) or again (404, 409) on its own, and the look-up makes up for them.
 */
export async function receiveCallback(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const memory = readMemory(
		context.evaluateExpression(contextExpression(context.getNode().name, MEMORY_KEY), 0),
	);
	if (
		memory === undefined ||
		!isToken(recordOf(context.getQueryData())?.[TOKEN_PARAMETER], memory.token)
	)
		return refuse(context, 403, 'The token in the address is not the one of this execution');
	const body = callbackIn(context);
	const runId = textAt(body, 'run_id', 'runId');
	if (body === undefined || runId === undefined || !memory.runIds.includes(runId))
		return refuse(context, 404, 'This execution does not wait for that run');
	const type = textAt(body, 'type', 'status')?.toLowerCase() ?? '';
	if (eventOf(type, body) === 'progress')
		return { webhookResponse: { received: true, resumed: false } };
	// The node's own input goes through "Still Running" and back into the node.
	const items = context.evaluateExpression(
		'{{ $input.all() }}',
		0,
	) as unknown as INodeExecutionData[];
	return { webhookResponse: { received: true, resumed: true }, workflowData: [items] };
}

/** An expression for a value of a node's context. The name may hold anything, also what would end the expression. */
export function contextExpression(nodeName: string, key: string): string {
	const literal = JSON.stringify(nodeName).replace(
		/[^\x20-\x7e]|[{}$`']/g,
		(unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
	return `{{ $node[${literal}].context["${key}"] }}`;
}

/** n8n reads a body by its content type, which Comflowy does not document: JSON is read whatever it is sent as. */
export function callbackIn(context: IWebhookFunctions): JsonRecord | undefined {
	return (
		recordOf(parsedJson(String(context.getRequestObject().rawBody))) ??
		recordOf(context.getBodyData())
	);
}

export function refuse(
	context: IWebhookFunctions,
	status: number,
	message: string,
): IWebhookResponseData {
	const answer: IDataObject = { received: false, message };
	context.getResponseObject().status(status).json(answer);
	return { noWebhookResponse: true };
}
