import type { ICredentialType, INodeProperties } from 'n8n-workflow';
import { keyOnlyAtOrigin } from '../../../nodes/core/http/keyAtOrigin';
import { apiRootOf, authHeadersOf, DEFAULT_BASE_URL } from '../nodes/FlowAi/credential';

const VENDOR_PAGE = 'https://flowai.cc/en/tutorial/api';

/** The node tests it (`testKey`). */
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

	authenticate = keyOnlyAtOrigin('FlowAI', apiRootOf, authHeadersOf);
}
