import type { IExecuteFunctions, INodeType } from 'n8n-workflow';

/**
 * Methods of the context of an ordinary node, and of an agent's tool, in n8n-core 1.99.0 (n8n
 * 1.100.1, the oldest that the nodes work on), read in the published package. A tool has no hints
 * there.
 */
const METHODS = new Set([
	...['addExecutionDataFunctions', 'addInputData', 'addOutputData', 'cloneWith', 'continueOnFail'],
	...['evaluateExpression', 'executeWorkflow', 'getChildNodes', 'getConnectedNodes'],
	...['getConnections', 'getContext', 'getCredentials', 'getCredentialsProperties'],
	...['getExecuteData', 'getExecutionCancelSignal', 'getExecutionId', 'getInputConnectionData'],
	...['getInputData', 'getInputItems', 'getInputSourceData', 'getInstanceBaseUrl'],
	...['getInstanceId', 'getKnownNodeTypes', 'getMode', 'getNextRunIndex', 'getNode'],
	...['getNodeInputs', 'getNodeOutputs', 'getNodeParameter', 'getParentCallbackManager'],
	...['getParentNodes', 'getRestApiUrl', 'getTimezone', 'getWorkflow', 'getWorkflowDataProxy'],
	...['getWorkflowStaticData', 'logAiEvent', 'logNodeOutput', 'onExecutionCancellation'],
	...['prepareOutputData', 'putExecutionToWait', 'sendMessageToUI', 'sendResponse'],
	...['setMetadata', 'startJob'],
]);

/**
 * Gives a node a context that has no more methods than n8n's had then, and none of these. Until the
 * function that it returns is called.
 */
export function onOldestN8n(type: INodeType, missing: string[] = []): () => void {
	const { execute } = type;
	type.execute = async function (this: IExecuteFunctions) {
		const context = new Proxy(this, {
			get: (target, name: keyof IExecuteFunctions) => {
				const value: unknown = target[name];
				if (typeof value !== 'function') return value;
				const isThere = METHODS.has(name) && !missing.includes(name);
				return isThere ? (value.bind(target) as unknown) : undefined;
			},
		});
		return (await execute?.call(context)) ?? null;
	};
	return () => {
		type.execute = execute;
	};
}
