import type { ICredentialDataDecryptedObject, IN8nHttpFullResponse } from 'n8n-workflow';
import {
	checkCredential,
	type CredentialCheck,
	credentialMistake,
	credentialTest,
	isWebPage,
} from '../../core/http/credentialCheck';
import { lacksCall } from '../../core/http/statuses';
import { recordOf } from '../../core/json';
import { apiRootOf, authHeadersOf, secretsOf } from '../credential';
import { readErrorText } from '../../core/runs/errorText';

/**
 * The path behind the API's root that needs a key and changes nothing (vendor's OpenAPI: GET
 * /api/v1/comfy/health).
 */
const HEALTH_PATH = '/comfy/health';

const API_SETTINGS = 'Project Settings > API Settings in Flowscale';
/** What each kind of authentication lacks when the deployment answers 401 or 403. */
const REFUSED: Record<string, string> = {
	noKey: `it requires an API key. Copy the key from ${API_SETTINGS}.`,
	apiKey: `it does not accept this API key. Copy the key from ${API_SETTINGS}. After Regenerate there, restart the deployment.`,
	headers:
		'it does not accept these headers. Check the names and values that your proxy expects in front of the deployment.',
	none: `it requires an API key. Choose API Key as Authentication, and copy the key from ${API_SETTINGS}.`,
};

/**
 * Whether this is the address of a deployment that takes these headers: what n8n shows when the
 * credential is tested.
 */
export const testDeployment = credentialTest(
	async (helper, credentials) => await checkCredential(helper, checkOf(credentials)),
);

function checkOf(credentials: ICredentialDataDecryptedObject): CredentialCheck {
	try {
		const root = apiRootOf(credentials);
		return {
			service: 'Flowscale',
			what: 'the deployment',
			address: new URL(root),
			canIgnoreCertificate: true,
			secrets: secretsOf(credentials),
			request: {
				url: `${root}${HEALTH_PATH}`,
				headers: authHeadersOf(credentials),
				skipSslCertificateValidation: credentials.allowUnauthorizedCerts === true,
			},
			faultOf: (answer) => faultOf(answer, root, authenticationOf(credentials)),
		};
	} catch (error) {
		throw credentialMistake(error);
	}
}

function authenticationOf({ authentication, apiKey }: ICredentialDataDecryptedObject): string {
	if (authentication === 'none' || authentication === 'headers') return authentication;
	return String(apiKey ?? '').trim() === '' ? 'noKey' : 'apiKey';
}

function faultOf(
	answer: IN8nHttpFullResponse,
	root: string,
	authentication: string,
): string | undefined {
	const { statusCode } = answer;
	const words = readErrorText(recordOf(answer.body));
	if (statusCode === 401 || statusCode === 403)
		return `The deployment was reached, but ${REFUSED[authentication]}`;
	if (statusCode === 429)
		return 'The deployment was reached, but it received too many requests. Test again in a minute.';
	const isElsewhere = statusCode === 404 || lacksCall(statusCode);
	if (statusCode >= 500 && !isElsewhere)
		return `${new URL(root).host} answered HTTP ${statusCode}. The deployment has trouble or is starting up, which can take two minutes. See its state in Flowscale, and test again.`;
	if (isElsewhere || isWebPage(answer))
		return `There is no Flowscale API at ${root}. Check the Base URL: it is the deployment’s address, not the dashboard’s. The deployment must be started as API Server.`;
	if (statusCode >= 400)
		return `${new URL(root).host} answered HTTP ${statusCode}${words ? `: ${words}` : ''}. Check the Base URL: it is the deployment’s address.`;
	return undefined;
}
