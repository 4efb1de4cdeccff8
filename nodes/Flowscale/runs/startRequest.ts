import type { INodeProperties } from 'n8n-workflow';
import { ExecutionCancelledError } from '../../core/errors';
import { linkSignals, onAbort, PAUSE_OVER } from '../../core/async/signals';
import { type Answer, isNetworkFailure } from '../../core/http/http';
import type { NetworkFailure } from '../../core/http/networkError';
import type { ApiRequest } from '../../core/http/transport';
import { isTool } from '../../core/items/agentTool';
import type { Item } from '../../core/items/item';
import { nodeOf } from '../../core/nodeOf';
import { buildForm, type FilePart, filePartOf, type Form } from '../../core/files/upload';
import { classifyStart } from '../../core/starting/startOutcome';
import type { ReuseRun, StartRequest } from '../../core/starting/startService';
import { inputFields } from '../inputs/inputFields';
import { readInputs } from '../inputs/inputs';
import type { KnownRun } from '../../core/runs/run';
import { explainRefusal } from './refusedStart';
import type { FlowscaleSession, Session } from './session';
import { doubtUnknownInputs } from './unknownInputs';
import { groupFields, workflowField } from '../inputs/fields';
import { readGroupId } from '../inputs/groupId';

export const startFields: INodeProperties[] = [workflowField, ...inputFields, ...groupFields];

/** Code of a network failure in the middle of an upload. */
export const UPLOAD_CUT = 'UPLOAD_CUT';
/**
 * The vendor documents no limit; a start that is not answered for this long after its last byte
 * counts as uncertain.
 */
const LONGEST_ANSWER_MS = 120_000;
/**
 * Grace period for the answer to a start that is on its way when the execution is stopped: its run
 * must be cancelled, and a deployment that starts cold answers late. The node does not wait for it.
 */
const LATE_ANSWER_MS = 120_000;

/**
 * Checks an item's start; the files are read when it is sent.
 * @param patienceMs how long the start may be held back; 0: no limit
 * @throws ConfigurationError
 */
export function readStartRequest(item: Item, session: Session, patienceMs: number): StartRequest {
	const workflowId = item.locator('workflowId', 'Workflow');
	const groupId = readGroupId(item);
	const { texts, files } = readInputs(item);
	const fileNames = [...new Set(files.map(([name]) => name))];
	doubtUnknownInputs(session, item.index, workflowId, [...Object.keys(texts), ...fileNames]);
	const reuse = readReuse(item);
	const isOfExecution = isGroupOfExecution(item, groupId);
	// A tool reuses runs within one execution, where the model repeats a call.
	if (reuse !== 'never' && (groupId === undefined || isOfExecution) && !isTool(item.context))
		session.warnOfNoReuse();
	return {
		itemIndex: item.index,
		workflowId,
		groupId,
		isGroupOfExecution: isOfExecution,
		texts,
		fileNames,
		reuse,
		maxQueued: item.amount('options.maxQueued', 'Max Queued Runs', 0, 0),
		patienceMs,
		send: async () => {
			const parts = await Promise.all(
				files.map(
					async ([name, field]): Promise<[string, FilePart]> => [
						name,
						await filePartOf(item, field),
					],
				),
			);
			const form = buildForm(texts, parts);
			const request = session.api.startRequest(workflowId, groupId, form.body);
			return await sendForm(session, request, form, patienceMs);
		},
	};
}

/** Whether the group is named by the execution's ID, so that no other execution has runs in it. */
function isGroupOfExecution({ context }: Item, groupId: string | undefined): boolean {
	const expression = String(nodeOf(context).parameters.groupId ?? '');
	const executionId = context.getExecutionId();
	// The MCP Server Trigger has no execution ID; its expressions give this word.
	const isKnown = Boolean(executionId) && executionId !== '__UNKNOWN__';
	// A tool's empty Group ID stands for the execution's.
	if (isKnown && groupId === `n8n-${executionId}`) return true;
	const at = expression.search(/\$execution\b/);
	return isKnown && groupId !== undefined && at !== -1 && /\bid\b/.test(expression.slice(at));
}

/** Workflows saved by earlier versions hold true or false. @throws ConfigurationError */
function readReuse(item: Item): ReuseRun {
	const given = item.raw('options.reuseRun', 'never');
	if (given === true || given === 'true') return 'sameInputs';
	if (given === false || given === 'false' || given === '' || given === null) return 'never';
	return item.choice<ReuseRun>('options.reuseRun', 'Reuse Run', [
		'never',
		'sameInputs',
		'anyInGroup',
	]);
}

/**
 * Sends the form once. Until it is read to its end nothing can have been started, whatever came
 * back. Its answer has to be complete, head and body, within the item's Timeout, counted from the
 * form's end: a head that comes byte by byte is no silence, and would never end by itself. After
 * Stop the answer is needed to cancel its run, and Timeout does not cut it off.
 */
async function sendForm(
	{ transport, clock, stop }: Session,
	request: ApiRequest,
	form: Form,
	patienceMs: number,
): Promise<Answer | NetworkFailure> {
	if (stop.aborted) throw new ExecutionCancelledError();
	const abort = linkSignals();
	const answered = linkSignals();
	const giveUp = () => {
		if (form.isRead()) void clock.pause(LATE_ANSWER_MS).then(() => abort.abort());
		else abort.abort();
	};
	const unlink = onAbort(stop, giveUp);
	if (patienceMs > 0)
		void form.whenRead
			.then(async () => await clock.pause(patienceMs, answered.signal))
			.then(() => stop.aborted || answered.signal.aborted || abort.abort());
	try {
		const result = await transport.once({
			...request,
			isDetached: true,
			idleMs: LONGEST_ANSWER_MS,
			totalMs: LONGEST_ANSWER_MS,
			whenSent: form.whenRead,
			signal: abort.signal,
		});
		const unopened = form.failure();
		if (unopened !== undefined) throw unopened;
		return form.isRead() ? result : notStarted(result);
	} finally {
		unlink();
		answered.abort(PAUSE_OVER);
		// An answer may come before the form's end: nothing more of it is sent, and no file stays open.
		form.close();
	}
}

/**
 * The meaning of an answer to half a form: a network failure, or a gateway that gave up, has
 * started nothing.
 */
function notStarted(result: Answer | NetworkFailure): Answer | NetworkFailure {
	if (classifyStart(result) !== 'uncertain') return result;
	const cause = isNetworkFailure(result) ? result.code : `HTTP ${result.status}`;
	return {
		code: UPLOAD_CUT,
		reached: 'no',
		isRetryable: true,
		text: `The upload broke off before its end (${cause}), so nothing was started`,
	};
}

/**
 * Cancels a run whose start was answered after Stop: the user will never see its item, and would pay
 * for it all the same.
 */
export const cancelAfterStop =
	({ context, cancelStarted }: FlowscaleSession) =>
	async (runId: string): Promise<unknown> =>
		await (context.getExecutionCancelSignal()?.aborted === true && cancelStarted(runId));

/**
 * Starts an item's run; a refusal says which inputs there are.
 * @throws ServiceError | ExecutionCancelledError
 */
export async function startRun(
	item: Item,
	{ api, starter }: FlowscaleSession,
	request: StartRequest,
): Promise<KnownRun> {
	return await starter()
		.start(request)
		.catch(async (error: unknown) => {
			const given = [...Object.keys(request.texts), ...request.fileNames];
			throw await explainRefusal(error, { item, api, workflowId: request.workflowId, given });
		});
}
