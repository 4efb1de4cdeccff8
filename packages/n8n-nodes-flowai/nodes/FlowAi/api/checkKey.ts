import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';
import { cleanText } from '../../../../../nodes/core/errors';
import { NO_TOKEN, noTokenError } from '../../../../../nodes/core/http/networkError';
import { createRedactor } from '../../../../../nodes/core/http/redact';
import { apiRootOf, authHeadersOf, secretsOf } from '../credential';

const LONGEST_ANSWER_MS = 30_000;

/**
 * FlowAI has no call that only checks a key: a workflow that cannot exist is asked for, and only a
 * 401 or 403 is about the key.
 */
export const KEY_CHECK = {
	url: '/v1/api/workflow/run/n8n-credential-test',
	method: 'POST',
	body: { input: {} },
} as const;

/**
 * n8n calls this when the credential is tested, and once before its first use. The credential's own
 * test request could not judge: it must ignore the statuses that an unknown workflow may be
 * answered with, and before n8n 2.11 that means all statuses.
 * @throws Error whose response holds what the test shows
 */
export async function checkKey(
	helper: IHttpRequestHelper,
	credentials: ICredentialDataDecryptedObject,
): Promise<IDataObject> {
	const redact = createRedactor(secretsOf(credentials));
	const answer = await ask(helper, credentials);
	// The request that follows meets the same trouble, and says so or tries again.
	if (answer instanceof Error) return {};
	const { statusCode, headers } = answer;
	if (statusCode === 401) throw refusal('FlowAI was reached, but it does not accept this key');
	if (statusCode === 403) throw refusal('FlowAI was reached, but this key has no access to it');
	if (statusCode >= 300 && statusCode < 400) {
		const target = cleanText(redact(String(headers.location ?? 'nowhere')));
		throw refusal(
			`FlowAI redirects to ${target}, where the key is not sent. Enter the final address as Base URL.`,
		);
	}
	return { keyCheck: 'done' };
}

async function ask(
	helper: IHttpRequestHelper,
	credentials: ICredentialDataDecryptedObject,
): Promise<IN8nHttpFullResponse | Error> {
	const request: IHttpRequestOptions = {
		...KEY_CHECK,
		baseURL: apiRootOf(credentials).replace(/\/v1\/api$/, ''),
		headers: authHeadersOf(credentials),
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout: LONGEST_ANSWER_MS,
	};
	return await helper.helpers
		.httpRequest(request)
		.then((answer: unknown) => answer as IN8nHttpFullResponse)
		.catch((error: unknown) => error as Error);
}

const refusal = (message: string) => noTokenError(message, NO_TOKEN);
