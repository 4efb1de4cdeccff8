import { ExecuteContext, RoutingNode } from 'n8n-core';
import { Workflow } from 'n8n-workflow';
import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	IExecuteData,
	INodeType,
	IRunExecutionData,
} from 'n8n-workflow';
import { nodeOf, serverSide } from './runWorkflow';
import { type Engine, PassThrough } from './startEngine';

export interface Verdict {
	status: 'OK' | 'Error';
	message: string;
}

interface TestFailure extends Error {
	cause?: { code?: string; response?: { status: number; statusText: string } };
}

/**
 * What n8n's server does when the user saves a credential: a routing node with the credential's own
 * test request (n8n › credentials-tester).
 */
export async function testCredential(engine: Engine, name: string): Promise<Verdict> {
	const { test } = engine.loader.credentialTypes[name].type;
	if (!test) throw new Error('The credential has no test');
	const nodeType = new PassThrough() as INodeType;
	nodeType.description = {
		...nodeType.description,
		credentials: [{ name, required: true }],
		properties: [
			{
				displayName: 'Temp',
				name: 'temp',
				type: 'string',
				default: '',
				routing: { request: test.request },
			},
		],
	};
	engine.add('n8n-nodes-base.noOp', nodeType);
	const node = nodeOf(
		'Temp-Node',
		'n8n-nodes-base.noOp',
		{ temp: '' },
		{ credentials: { [name]: { id: '1', name } } },
	);
	const workflow = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: engine.nodeTypes,
	});
	const data = engine.credentials.values[name] as ICredentialDataDecryptedObject;
	const input = { main: [[{ json: {} }]] };
	const server = serverSide(engine, { nodes: [node], connections: {} }, 'internal', 'test');
	const context = new ExecuteContext(
		workflow,
		node,
		server,
		'internal',
		{ resultData: { runData: {} } } as unknown as IRunExecutionData,
		0,
		[],
		input,
		{ node, data: {}, source: null } as IExecuteData,
		[],
	);
	const decrypted: ICredentialsDecrypted = { id: '1', name, type: name, data };
	try {
		await new RoutingNode(context, nodeType, decrypted).runNode();
		return { status: 'OK', message: 'Connection successful!' };
	} catch (error) {
		const { cause, message } = error as TestFailure;
		if (cause?.response) {
			const { status, statusText } = cause.response;
			const rule = test.rules?.find(
				({ type, properties }) => type === 'responseCode' && properties.value === status,
			);
			return {
				status: 'Error',
				message: rule?.properties.message ?? (statusText || `Received HTTP status code: ${status}`),
			};
		}
		return { status: 'Error', message: cause?.code ?? message };
	}
}
