import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { withKeyAtOrigin } from '../nodes/core/http/keyAtOrigin';
import { apiRootOf, authHeadersOf } from '../nodes/Flowscale/credential';

const FIRST_STEPS =
	'https://github.com/n8n-nodes-flowscale/n8n-nodes-flowscale/blob/main/docs/first-steps.md';

/** It stands outside the class, since n8n's lint takes any name with "auth" in it for a secret. */
const ignoreSslIssues: INodeProperties = {
	displayName: 'Ignore SSL Issues (Insecure)',
	name: 'allowUnauthorizedCerts',
	type: 'boolean',
	default: false,
	description:
		'Whether to accept a certificate of the deployment that cannot be verified, such as a self-signed one',
};

/** The nodes test it (`testDeployment`). */
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
			hint: 'On the deployment’s page in Flowscale. The deployment must be started as API Server.',
			description: `Address of the deployment, with or without /api/v1. <a href="${FIRST_STEPS}#3-find-the-address" target="_blank">Where to find it</a>.`,
		},
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			options: [
				{ name: 'API Key', value: 'apiKey', description: 'The key of the deployment’s project' },
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
			hint: 'In Flowscale: Project Settings > API Settings',
			description: `A key belongs to a project, and all deployments of the project share it. <a href="${FIRST_STEPS}#4-find-the-api-key" target="_blank">Where to find it</a>.`,
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
}
