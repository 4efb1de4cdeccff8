import { Credentials } from 'n8n-core';
import { ICredentialsHelper } from 'n8n-workflow';
import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INode,
	INodeCredentialsDetails,
	IWorkflowExecuteAdditionalData,
	Workflow,
} from 'n8n-workflow';

type Values = Record<string, ICredentialDataDecryptedObject>;

/**
 * What n8n's server does with credentials, as far as a node can notice; values are held in memory.
 */
export class CredentialsInMemory extends ICredentialsHelper {
	/** How often a node asked for a credential; on a server each one is a database query. */
	reads = 0;

	constructor(
		private readonly types: Record<string, ICredentialType>,
		readonly values: Values,
	) {
		super();
	}

	getParentTypes(name: string): string[] {
		return this.types[name]?.extends ?? [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		type: string,
		options: IHttpRequestOptions,
		workflow?: Workflow,
		node?: INode,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = this.types[type] ?? {};
		if (typeof authenticate === 'function') return await authenticate(credentials, options);
		if (authenticate?.type !== 'generic' || !workflow || !node) return options;
		const resolved = Object.entries(authenticate.properties.headers ?? {}).map(([name, value]) => {
			const isExpression = typeof value === 'string' && value.startsWith('=');
			const text = isExpression
				? workflow.expression.getSimpleParameterValue(
						node,
						value,
						'internal',
						{ $credentials: credentials },
						undefined,
						'',
					)
				: value;
			return [name, String(text)];
		});
		return { ...options, headers: { ...options.headers, ...Object.fromEntries(resolved) } };
	}

	/**
	 * A hidden expirable field is filled when it is empty, and again when it expired. n8n 1.123 and
	 * 2.41 mean to do so in each test of a credential, too, but compare the node's type with
	 * `n8n-nodes-base.noOp`, which is called `noOp` there.
	 */
	async preAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		type: string,
		_node: INode,
		hasExpired: boolean,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		const { properties = [], preAuthentication } = this.types[type] ?? {};
		const token = properties.find(
			(property) => property.type === 'hidden' && property.typeOptions?.expirable === true,
		);
		if (!token || !preAuthentication || (credentials[token.name] !== '' && !hasExpired))
			return undefined;
		const fresh = (await preAuthentication.call(
			helpers,
			credentials,
		)) as ICredentialDataDecryptedObject;
		if (fresh[token.name] === undefined) return undefined;
		this.values[type] = { ...this.values[type], ...fresh };
		return Object.assign(credentials, fresh);
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	async getCredentials(details: INodeCredentialsDetails, type: string): Promise<Credentials> {
		return new Credentials(details, type, '');
	}

	async getDecrypted(
		_data: IWorkflowExecuteAdditionalData,
		_details: INodeCredentialsDetails,
		type: string,
	): Promise<ICredentialDataDecryptedObject> {
		this.reads++;
		return { ...this.values[type] };
	}

	async updateCredentials(): Promise<void> {}

	async updateCredentialsOauthTokenData(): Promise<void> {}

	getCredentialsProperties(type: string): ICredentialType['properties'] {
		return this.types[type].properties;
	}
}
