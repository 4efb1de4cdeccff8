import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	INodeProperties,
} from 'n8n-workflow';
import { keyOnlyAtOrigin } from '../../../nodes/core/http/keyAtOrigin';
import { fetchAccessToken } from '../nodes/Comflowy/api/accessToken';
import { apiRootOf, authHeadersOf, DEFAULT_BASE_URL } from '../nodes/Comflowy/credential';

/** The node tests it (`testKey`). */
export class ComflowyApi implements ICredentialType {
	name = 'comflowyApi';

	displayName = 'Comflowy API';

	icon = {
		light: 'file:../nodes/Comflowy/comflowy.svg',
		dark: 'file:../nodes/Comflowy/comflowy.dark.svg',
	} as const;

	documentationUrl = 'https://github.com/n8n-nodes-flowscale/n8n-nodes-comflowy#credential';

	properties: INodeProperties[] = [
		{
			// Filled by n8n itself from `preAuthentication`, stored encrypted, and shared by all
			// executions.
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			hint: 'In Comflowy: home page > settings',
			description:
				'Your personal key, from the settings on the home page of <a href="https://app.comflowy.com" target="_blank">Comflowy</a>. The access token is fetched with it.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: DEFAULT_BASE_URL,
			description: 'Address of Comflowy, with or without /api/open/v0',
		},
	];

	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		return await fetchAccessToken(this, credentials);
	}

	authenticate = keyOnlyAtOrigin('Comflowy', apiRootOf, authHeadersOf);
}
