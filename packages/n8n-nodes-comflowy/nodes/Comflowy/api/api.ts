import { ServiceError } from '../../../../../nodes/core/errors';
import type { Answer } from '../../../../../nodes/core/http/http';
import { parsedJson } from '../../../../../nodes/core/json';
import { type KnownRun, type Run, createRun } from '../../../../../nodes/core/runs/run';
import type { ApiRequest, Transport } from '../../../../../nodes/core/http/transport';
import { readErrorText } from '../../../../../nodes/core/runs/errorText';
import { readReply, readRun, readRunId } from './readers';

/**
 * The body of a start: field values under `node::field`, and the addresses for Comflowy's
 * callbacks.
 */
export interface StartBody {
	workflow_id: string;
	params: Record<string, unknown>;
	callback_urls?: { on_result_url?: string; on_progress_event_url?: string };
}

interface FoundRun {
	run: KnownRun;
	raw: Record<string, unknown>;
}

const isSuccess = ({ status }: Answer) => status >= 200 && status < 300;
/** The answer for an unknown run is not documented. */
const isUnknown = (text: string | undefined) =>
	/not[ _-]?found|not exist|no such|unknown run|invalid (run|id)/i.test(text ?? '');
/**
 * The vendor's page has the result's address in every start, and does not say whether it may be
 * left out.
 */
const isAboutCallbacks = (text: string) => /callback_?urls?|on_result_url/i.test(text);
const CALLBACKS_HINT =
	'If Comflowy wants an address to call when the run has ended: enter one as On Result URL, or choose Wait Mode "Callback".';
/** Some frameworks answer a wrong method with 404. */
const isWrongMethod = ({ status, text }: Answer) =>
	status === 405 || (status === 404 && /cannot post/i.test(text));

/**
 * Comflowy's paths and answers (vendor's API page of 2024, the vendor's node pack); the only file
 * that knows the paths.
 */
export function createApi(transport: Transport) {
	const refusal = refusalReader(transport);
	const check = createCheck(transport, refusal);
	return {
		/** One run, with the service's raw object; null while the service does not know it. */
		run: async (
			runId: string,
			known: Partial<Run> = {},
			extra: Partial<ApiRequest> = {},
		): Promise<FoundRun | null> => await check(runId, known, extra),

		/**
		 * The request that starts a run. Only the starter sends it, which knows when it may be
		 * repeated.
		 */
		startRequest: (body: StartBody): ApiRequest => ({
			method: 'POST',
			path: '/run',
			headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
			body,
		}),
		readStart: (answer: Answer, workflowId: string): Run =>
			createRun({
				run_id: readRunId(transport.jsonOf(answer)) ?? null,
				workflow_id: workflowId,
				status: 'waiting',
			}),
		/** A 200 may say in its body that nothing was started. */
		isRefusal: (answer: Answer) =>
			isSuccess(answer) && readReply(parsedJson(answer.text)).isRefused,
		refusal,
	};
}

export type ComflowyApi = ReturnType<typeof createApi>;

/** What a refusing answer says, by its HTTP status or in the body of a 200. */
function refusalReader(transport: Transport): (answer: Answer) => ServiceError {
	const refusalIn = (error: string): ServiceError => {
		const hint = /token|unauthori|api key/i.test(error)
			? 'If this is about the access token: open the credential and save it again, so that n8n fetches a new one.'
			: undefined;
		return transport.failureInWords(error, { isRetryable: hint === undefined, hint });
	};
	return (answer) => {
		const error = isSuccess(answer) ? readErrorText(parsedJson(answer.text)) : undefined;
		const failure =
			isSuccess(answer) && error !== undefined ? refusalIn(error) : transport.failureOf(answer);
		return isAboutCallbacks(answer.text)
			? new ServiceError(failure.message, { ...failure.facts, hint: CALLBACKS_HINT })
			: failure;
	};
}

type Check = (
	runId: string,
	known: Partial<Run>,
	extra: Partial<ApiRequest>,
) => Promise<FoundRun | null>;

/** `/check` by POST, as documented; by GET once the service has refused that. */
function createCheck(transport: Transport, refusal: (answer: Answer) => ServiceError): Check {
	let isPostRefused = false;
	const check = async (method: 'POST' | 'GET', ...[runId, known, extra]: Parameters<Check>) =>
		await transport.read(
			{ method, path: '/check', query: { id: runId }, ...extra },
			(answer): FoundRun | null | 'otherMethod' => {
				if (method === 'POST' && isWrongMethod(answer)) return 'otherMethod';
				if (answer.status === 404 || (isSuccess(answer) && answer.text.trim() === '')) return null;
				if (!isSuccess(answer)) throw transport.failureOf(answer);
				const { isRefused, data, error } = readReply(transport.jsonOf(answer));
				const found = data && {
					run: readRun(runId, isRefused ? { error, ...data } : data, known),
					raw: data,
				};
				// Whether `success` is about the request or about the run is not documented: a run that has
				// ended is no refusal.
				if (!isRefused || found?.run.finished) return found ?? null;
				if (isUnknown(error)) return null;
				throw refusal(answer);
			},
		);
	return async (...parts) => {
		const found = await check(isPostRefused ? 'GET' : 'POST', ...parts);
		if (found !== 'otherMethod') return found;
		isPostRefused = true;
		const again = await check('GET', ...parts);
		return again === 'otherMethod' ? null : again;
	};
}
