import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	INodeProperties,
} from 'n8n-workflow';
import { keyOnlyAtOrigin } from '../../../nodes/core/http/keyAtOrigin';
import { checkKey, KEY_CHECK } from '../nodes/FlowAi/api/checkKey';
import { apiRootOf, authHeadersOf, DEFAULT_BASE_URL } from '../nodes/FlowAi/credential';

const ROOT = `={{ ($credentials.baseUrl || "${DEFAULT_BASE_URL}").trim().replace(/\\/+$/, "").replace(/\\/v1(\\/api)?$/, "") }}`;

export class FlowAiApi implements ICredentialType {
	name = 'flowAiApi';

	displayName = 'FlowAI API';

	icon = {
		light: 'file:../nodes/FlowAi/flowAi.svg',
		dark: 'file:../nodes/FlowAi/flowAi.dark.svg',
	} as const;

	documentationUrl = 'https://github.com/n8n-nodes-flowscale/n8n-nodes-flowai#credential';

	properties: INodeProperties[] = [
		{
			// Filled by n8n itself from `preAuthentication`. An expirable field is what makes n8n call
			// that.
			displayName: 'Key Check',
			name: 'keyCheck',
			type: 'hidden',
			typeOptions: { expirable: true },
			default: '',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'A key from the page API Management of FlowAI',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: DEFAULT_BASE_URL,
			description: 'Address of FlowAI, with or without /v1/api',
		},
	];

	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		return await checkKey(this, credentials);
	}

	authenticate = keyOnlyAtOrigin('FlowAI', apiRootOf, authHeadersOf);

	/**
	 * Before it, n8n always runs `preAuthentication`, which judges the key and says what came of it.
	 * This request has to be there for n8n to show a test at all; whatever it is answered, the key is
	 * right.
	 */
	test: ICredentialTestRequest = {
		request: { baseURL: ROOT, ...KEY_CHECK, ignoreHttpStatusErrors: true },
	};
}
