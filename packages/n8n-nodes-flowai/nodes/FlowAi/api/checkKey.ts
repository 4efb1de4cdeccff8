import type { ICredentialDataDecryptedObject, IN8nHttpFullResponse } from 'n8n-workflow';
import {
	checkCredential,
	type CredentialCheck,
	credentialMistake,
	credentialTest,
	isWebPage,
} from '../../../../../nodes/core/http/credentialCheck';
import { lacksCall } from '../../../../../nodes/core/http/statuses';
import { apiRootOf, authHeadersOf, secretsOf } from '../credential';

/**
 * FlowAI has no call that only checks a key: a workflow that cannot exist is asked for, and only a
 * 401 or 403 is about the key.
 */
const KEY_CHECK = {
	url: '/workflow/run/n8n-credential-test',
	method: 'POST',
	body: { input: {} },
} as const;

/** Whether FlowAI is at this address and takes this key: what n8n shows when the credential is tested. */
export const testKey = credentialTest(
	async (helper, credentials) => await checkCredential(helper, checkOf(credentials)),
);

function checkOf(credentials: ICredentialDataDecryptedObject): CredentialCheck {
	try {
		const root = apiRootOf(credentials);
		return {
			service: 'FlowAI',
			what: 'FlowAI',
			address: new URL(root),
			canIgnoreCertificate: false,
			secrets: secretsOf(credentials),
			request: {
				...KEY_CHECK,
				url: `${root}${KEY_CHECK.url}`,
				headers: authHeadersOf(credentials),
			},
			faultOf: (answer) => faultOf(answer, root),
		};
	} catch (error) {
		throw credentialMistake(error);
	}
}

/** Any other answer is about the workflow, so the key was accepted. */
function faultOf(answer: IN8nHttpFullResponse, root: string): string | undefined {
	const { statusCode } = answer;
	if (statusCode === 401 || statusCode === 403)
		return 'FlowAI was reached, but it does not accept this API key. Copy the key from the page API Management of FlowAI.';
	if (statusCode === 429)
		return 'FlowAI was reached, but it received too many requests. Test again in a minute.';
	const isElsewhere = lacksCall(statusCode) || (statusCode <= 500 && isWebPage(answer));
	// A 500 may be FlowAI's answer to a workflow that does not exist; the others are a gateway's.
	if (statusCode > 500 && !isElsewhere)
		return `${new URL(root).host} answered HTTP ${statusCode}. FlowAI has trouble. Test again in a few minutes.`;
	if (isElsewhere)
		return `There is no API of FlowAI at ${root}. Check the Base URL; usually it is https://flowai.cc.`;
	return undefined;
}
