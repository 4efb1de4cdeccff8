import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { redirectRules, withKeyAtOrigin } from '../nodes/core/http/keyAtOrigin';
import { apiRootOf, authHeadersOf } from '../nodes/Flowscale/credential';

const ROOT =
	'={{ ($credentials.baseUrl || "").trim().replace(/\\/+$/, "").replace(/\\/api\\/v1$/, "") }}';

/** It stands outside the class, since n8n's lint takes any name with "auth" in it for a secret. */
const ignoreSslIssues: INodeProperties = {
	displayName: 'Ignore SSL Issues (Insecure)',
	name: 'allowUnauthorizedCerts',
	type: 'boolean',
	default: false,
	description:
		'Whether to accept a certificate of the deployment that cannot be verified, such as a self-signed one',
};

export class FlowscaleApi implements ICredentialType {
	name = 'flowscaleApi';

	displayName = 'Flowscale API';

	icon = {
		light: 'file:../nodes/Flowscale/flowscale.svg',
		dark: 'file:../nodes/Flowscale/flowscale.dark.svg',
	} as const;

	documentationUrl = 'https://github.com/n8n-nodes-flowscale/n8n-nodes-flowscale#credential';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://smart-amber-tgdsf.pod.flowscale.ai',
			description: 'Address of the deployment, as its dashboard shows it, with or without /api/v1',
		},
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			options: [
				{ name: 'API Key', value: 'apiKey', description: 'The deployment’s own key' },
				{
					name: 'Custom Headers',
					value: 'headers',
					description: 'Headers for a proxy of yours in front of the deployment',
				},
				{ name: 'None', value: 'none', description: 'A project whose API is public' },
			],
			default: 'apiKey',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			displayOptions: { show: { authentication: ['apiKey'] } },
		},
		{
			displayName: 'Headers',
			name: 'headers',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true },
			placeholder: 'Add Header',
			default: {},
			displayOptions: { show: { authentication: ['headers'] } },
			options: [
				{
					displayName: 'Header',
					name: 'header',
					values: [
						{
							displayName: 'Name',
							name: 'name',
							type: 'string',
							default: '',
							placeholder: 'e.g. Authorization',
						},
						{
							displayName: 'Value',
							name: 'value',
							type: 'string',
							typeOptions: { password: true },
							default: '',
						},
					],
				},
			],
		},
		ignoreSslIssues,
	];

	/**
	 * The key is sent to the deployment's origin only, also when the HTTP Request node uses this
	 * credential.
	 */
	authenticate: IAuthenticate = async (
		credentials: ICredentialDataDecryptedObject,
		options: IHttpRequestOptions,
	) => ({
		...withKeyAtOrigin(
			options,
			apiRootOf(credentials),
			authHeadersOf(credentials),
			'The Flowscale credential is only for the deployment at its Base URL',
		),
		...(credentials.allowUnauthorizedCerts === true ? { skipSslCertificateValidation: true } : {}),
	});

	test: ICredentialTestRequest = {
		request: { baseURL: ROOT, url: '/api/v1/comfy/health' },
		rules: [
			...redirectRules('The deployment'),
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message: 'The deployment was reached, but it does not accept this key',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message: 'The deployment was reached, but this key has no access to it',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message: 'There is no Flowscale API at this address: check the Base URL',
				},
			},
		],
	};
}
