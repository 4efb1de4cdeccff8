import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { apiRootOf, DEFAULT_BASE_URL } from '../nodes/FlowAi/credential';

const ROOT = `={{ ($credentials.baseUrl || "${DEFAULT_BASE_URL}").trim().replace(/\\/+$/, "").replace(/\\/v1(\\/api)?$/, "") }}`;

export class FlowAiApi implements ICredentialType {
	name = 'flowAiApi';

	displayName = 'FlowAI API';

	icon = {
		light: 'file:../nodes/FlowAi/flowAi.svg',
		dark: 'file:../nodes/FlowAi/flowAi.dark.svg',
	} as const;

	documentationUrl =
		'https://github.com/n8n-nodes-flowscale/n8n-nodes-flowscale/tree/main/packages/n8n-nodes-flowai#credential';

	properties: INodeProperties[] = [
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

	/** The key travels to FlowAI's own origin only, whoever asks (the HTTP Request node can use this credential too). */
	authenticate: IAuthenticate = async (
		credentials: ICredentialDataDecryptedObject,
		options: IHttpRequestOptions,
	) => {
		const target = new URL(options.url, options.baseURL);
		if (target.origin !== new URL(apiRootOf(credentials)).origin)
			throw new Error('The FlowAI credential is only for the service at its Base URL');
		return {
			...options,
			headers: { ...options.headers, 'X-API-KEY': String(credentials.apiKey ?? '').trim() },
		};
	};

	/** FlowAI has no call that only checks a key: a workflow that cannot exist is asked for, and only a 401 or 403 tells of the key (n8n 2.x). */
	test: ICredentialTestRequest = {
		request: {
			baseURL: ROOT,
			url: '/v1/api/workflow/run/n8n-credential-test',
			method: 'POST',
			body: { input: {} },
			ignoreHttpStatusErrors: { ignore: true, except: [401, 403] },
		},
		rules: [
			{
				type: 'responseCode',
				properties: { value: 401, message: 'FlowAI was reached, but it does not accept this key' },
			},
			{
				type: 'responseCode',
				properties: { value: 403, message: 'FlowAI was reached, but this key has no access to it' },
			},
		],
	};
}
