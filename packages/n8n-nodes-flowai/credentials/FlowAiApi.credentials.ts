import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	INodeProperties,
} from 'n8n-workflow';
import { TESTED_FIELD } from '../../../nodes/core/http/credentialCheck';
import { keyOnlyAtOrigin } from '../../../nodes/core/http/keyAtOrigin';
import { checkKey, KEY_CHECK } from '../nodes/FlowAi/api/checkKey';
import { apiRootOf, authHeadersOf, DEFAULT_BASE_URL } from '../nodes/FlowAi/credential';

const VENDOR_PAGE = 'https://flowai.cc/en/tutorial/api';

export class FlowAiApi implements ICredentialType {
	name = 'flowAiApi';

	displayName = 'FlowAI API';

	icon = {
		light: 'file:../nodes/FlowAi/flowAi.svg',
		dark: 'file:../nodes/FlowAi/flowAi.dark.svg',
	} as const;

	documentationUrl = 'https://github.com/n8n-nodes-flowscale/n8n-nodes-flowai#credential';

	properties: INodeProperties[] = [
		// Empty until the key was accepted once: n8n calls `preAuthentication` before the first request.
		{ displayName: 'Tested', name: 'tested', ...TESTED_FIELD, default: '' },
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			hint: 'In FlowAI: API Management',
			description: `A key from the page API Management. <a href="${VENDOR_PAGE}" target="_blank">FlowAI’s page on its API</a>.`,
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: DEFAULT_BASE_URL,
			description: 'Address of FlowAI, with or without /v1/api',
		},
	];

	/**
	 * n8n calls this before the first request of a new credential, its test included, and keeps what
	 * it returns with the credential. A key that is changed later is judged by the first execution.
	 */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		await checkKey(this, credentials);
		return { tested: 'accepted' };
	}

	authenticate = keyOnlyAtOrigin('FlowAI', apiRootOf, authHeadersOf);

	/** `preAuthentication` has judged the key by then; n8n shows no test without a request. */
	test: ICredentialTestRequest = { request: { ...KEY_CHECK, ignoreHttpStatusErrors: true } };
}
