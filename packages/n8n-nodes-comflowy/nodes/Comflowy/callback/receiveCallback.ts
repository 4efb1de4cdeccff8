import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { systemClock } from '../../../../../nodes/core/async/clock';
import { type JsonRecord, recordOf, textAt } from '../../../../../nodes/core/json';
import { readJson } from '../../../../../nodes/core/jsonText';
import { readSuspension, SUSPENSION_KEY } from '../../../../../nodes/core/suspending/suspension';
import { isToken, MEMORY_KEY, readMemory, TOKEN_PARAMETER } from './callback';
import { eventOf } from '../api/callbackEvent';
import { mayResume } from './resumeOnce';

/**
 * A callback for an execution that waits. It only resumes the execution. The node then polls the
 * run itself, so that a caller cannot inject results. n8n answers callbacks that come too early
 * (409) or again (404, 409) without calling the node; the node's next poll finds those runs.
 */
export async function receiveCallback(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const memory = readMemory(contextOf(context, MEMORY_KEY));
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
	const { resumes, dueMs } = readSuspension(contextOf(context, SUSPENSION_KEY));
	const isResumed =
		eventOf(type, body) === 'result' &&
		mayResume({ token: memory.token, resumes, dueMs }, systemClock.now());
	if (!isResumed) return { webhookResponse: { received: true, resumed: false } };
	// The node's first entry on n8n's stack gets no data. The second one has the items, and is the
	// one that runs.
	return { webhookResponse: { received: true, resumed: true }, workflowData: [] };
}

/** What the node stored in its context before the execution was suspended. */
function contextOf(context: IWebhookFunctions, key: string): unknown {
	return context.evaluateExpression(contextExpression(context.getNode().name, key), 0);
}

/**
 * An expression for a value of a node's context. The name is escaped, since it may contain text
 * that would end the expression.
 */
export function contextExpression(nodeName: string, key: string): string {
	const literal = JSON.stringify(nodeName).replace(
		/[^\x20-\x7e]|[{}$`']/g,
		(unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
	return `{{ $node[${literal}].context["${key}"] }}`;
}

/**
 * n8n reads a body by its content type, which Comflowy does not document. JSON is therefore read
 * under any content type. A body may have the envelope of Comflowy's answers, `{success, data}`,
 * although none is documented for callbacks.
 */
export function callbackIn(context: IWebhookFunctions): JsonRecord | undefined {
	const read = readJson(String(context.getRequestObject().rawBody));
	// n8n has parsed it, and could not store an item of it.
	if ('problem' in read && read.problem === 'tooDeep') return undefined;
	const body =
		recordOf('value' in read ? read.value : undefined) ?? recordOf(context.getBodyData());
	const isWrapped = textAt(body, 'run_id', 'runId', 'type') === undefined;
	return isWrapped && body !== undefined ? { ...body, ...recordOf(body.data) } : body;
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
