import { CredentialTestContext } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	INodeCredentialTestResult,
	INodeType,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { serverSide } from './runWorkflow';
import type { Engine } from './startEngine';

/**
 * What n8n's server does when the user saves a credential: the first node that supports it and
 * names a function tests it (n8n › credentials-tester, 1.123 and 2.41). A request in the credential
 * would be taken instead.
 */
export async function testCredential(
	engine: Engine,
	name: string,
): Promise<INodeCredentialTestResult> {
	const { loader, credentials } = engine;
	const { test, properties } = loader.credentialTypes[name].type;
	if (test) throw new Error('The credential has a test of its own, with words that are not ours');
	const defaults = Object.fromEntries(properties.map((field) => [field.name, field.default]));
	const data = {
		...(defaults as ICredentialDataDecryptedObject),
		...structuredClone(credentials.values[name]),
	};
	for (const nodeName of loader.known.credentials[name].supportedNodes ?? []) {
		const { description, methods } = loader.nodeTypes[nodeName].type as INodeType;
		const { testedBy } = description.credentials?.find((entry) => entry.name === name) ?? {};
		if (typeof testedBy !== 'string') continue;
		const run = methods?.credentialTest?.[testedBy];
		if (!run) throw new Error(`${nodeName} has no function ${testedBy}`);
		return await run.call(contextOf(engine), { id: '1', name, type: name, data });
	}
	throw new Error('No testing function found for this credential.');
}

/** n8n 2.x wants what the server knows, 1.x takes nothing. */
function contextOf(engine: Engine): CredentialTestContext {
	const Context = CredentialTestContext as new (
		server: IWorkflowExecuteAdditionalData,
	) => CredentialTestContext;
	return new Context(serverSide(engine, { nodes: [], connections: {} }, 'internal', 'test'));
}
