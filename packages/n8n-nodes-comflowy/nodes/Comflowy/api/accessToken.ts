import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestHelper,
	IN8nHttpFullResponse,
} from 'n8n-workflow';
import { timeLimit } from '../../../../../nodes/core/async/signals';
import { cleanText } from '../../../../../nodes/core/errors';
import { type JsonRecord, parsedJson, recordOf, textAt } from '../../../../../nodes/core/json';
import {
	credentialMistake,
	credentialRefusal,
	credentialTest,
} from '../../../../../nodes/core/http/credentialCheck';
import { networkAdvice } from '../../../../../nodes/core/http/networkAdvice';
import { classifyNetworkError } from '../../../../../nodes/core/http/networkError';
import { createRedactor } from '../../../../../nodes/core/http/redact';
import { whileTokenAwaited } from '../../../../../nodes/core/http/http';
import { redirectTarget } from '../../../../../nodes/core/http/webAddress';
import { isRetryableStatus, lacksCall } from '../../../../../nodes/core/http/statuses';
import { apiRootOf, DEFAULT_BASE_URL, secretsOf } from '../credential';
import { readErrorText } from '../../../../../nodes/core/runs/errorText';

const LONGEST_ANSWER_MS = 15_000;
/**
 * Exchanges in progress, shared by the items and executions that find the token missing or expired
 * at the same moment.
 */
const inProgress = new Map<string, Promise<IDataObject>>();

/**
 * The access token for the API key. n8n calls this when it has none, and again after a 401.
 * @throws Error with the code `NO_TOKEN` or `NO_TOKEN_YET`
 */
export async function fetchAccessToken(
	helper: IHttpRequestHelper,
	credentials: ICredentialDataDecryptedObject,
): Promise<IDataObject> {
	const root = rootOf(credentials);
	const key = String(credentials.apiKey ?? '').trim();
	const id = JSON.stringify([root, key]);
	const exchange =
		inProgress.get(id) ??
		exchanged(helper, root, key, credentials).finally(() => inProgress.delete(id));
	inProgress.set(id, exchange);
	return await whileTokenAwaited(helper.helpers, async () => await exchange);
}

/**
 * What n8n shows when the credential is tested: the result of an exchange. Comflowy documents no
 * other call that needs no run.
 */
export const testKey = credentialTest(fetchAccessToken);

function rootOf(credentials: ICredentialDataDecryptedObject): string {
	try {
		return apiRootOf(credentials);
	} catch (error) {
		throw credentialMistake(error);
	}
}

async function exchanged(
	helper: IHttpRequestHelper,
	root: string,
	key: string,
	credentials: ICredentialDataDecryptedObject,
): Promise<IDataObject> {
	const clean = createRedactor(secretsOf(credentials));
	const answer = await ask(helper, root, key);
	if (answer instanceof Error) {
		const failure = classifyNetworkError(answer);
		const text = networkAdvice(
			{ address: new URL(root), what: 'Comflowy', canIgnoreCertificate: false },
			failure,
		);
		throw credentialRefusal(`Comflowy gave no access token. ${clean(text)}`, failure.isRetryable);
	}
	const { statusCode, body, headers } = answer;
	if (statusCode >= 300 && statusCode < 400) {
		const target = cleanText(clean(redirectTarget(String(headers.location ?? ''))));
		throw credentialRefusal(
			`Comflowy redirects to ${target}, where the key is not sent. Enter the final address as Base URL in the credential.`,
			false,
		);
	}
	// n8n leaves what JavaScript cannot parse as it came: a byte order mark, Python's NaN.
	const record = recordOf(body) ?? recordOf(parsedJson(String(body ?? '')));
	const token = readToken(record);
	if (statusCode >= 200 && statusCode < 300 && token !== undefined) return { accessToken: token };
	if (lacksCall(statusCode))
		throw credentialRefusal(
			`There is no API of Comflowy at ${root} (HTTP ${statusCode}). Check the Base URL in the credential; usually it is ${DEFAULT_BASE_URL}.`,
		);
	const words = cleanText(clean(readErrorText(record) ?? '')).slice(0, 200);
	const advice =
		statusCode === 429 || statusCode >= 500
			? 'Try again in a few minutes.'
			: 'Check the API Key and the Base URL in the credential.';
	throw credentialRefusal(
		`Comflowy gave no access token for this API key (HTTP ${statusCode}${words === '' ? '' : `: ${words}`}). ${advice}`,
		isRetryableRefusal(answer, words),
	);
}

/**
 * A success that is no answer of Comflowy's (a maintenance page, an empty body) is a failed read,
 * and so is a request for patience.
 */
function isRetryableRefusal({ statusCode, body }: IN8nHttpFullResponse, words: string): boolean {
	if (isRetryableStatus(statusCode)) return true;
	const isSuccess = statusCode >= 200 && statusCode < 300;
	if (isSuccess && (recordOf(body) === undefined || Object.keys(body as object).length === 0))
		return true;
	return /too many|rate limit|try (it )?again|later|busy|maintenance|unavailable/i.test(words);
}

/** As documented, or in the forms that other services give it; words of a refusal are none. */
export function readToken(record: JsonRecord | undefined): string | undefined {
	if (record?.success === false) return undefined;
	const keys = ['access_token', 'accessToken', 'token'];
	const received =
		textAt(record, ...keys) ?? textAt(recordOf(record?.data), ...keys) ?? textAt(record, 'data');
	const token = received?.trim().replace(/^Bearer\s+/i, '');
	return token !== undefined && /^\S+$/.test(token) ? token : undefined;
}

/** The vendor's page does not state the method, but its constant is called GET_API. */
async function ask(
	helper: IHttpRequestHelper,
	root: string,
	key: string,
): Promise<IN8nHttpFullResponse | Error> {
	const request = {
		url: `${root}/auth/token`,
		qs: { ppt: key },
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout: LONGEST_ANSWER_MS,
	};
	// An answer that comes byte by byte is never silent, so it needs an end of its own.
	const send = async (method: 'GET' | 'POST') =>
		(await helper.helpers.httpRequest({
			...request,
			method,
			abortSignal: timeLimit(LONGEST_ANSWER_MS),
		})) as IN8nHttpFullResponse;
	const answer = await send('GET').catch((error: unknown) => error as Error);
	if (answer instanceof Error) return answer;
	if (answer.statusCode !== 404 && !lacksCall(answer.statusCode)) return answer;
	return await send('POST').catch((error: unknown) => error as Error);
}
