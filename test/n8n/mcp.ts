import type { Credential, Workflow } from './connectRest';
import { createPlayer } from './createPlayer';
import { executeAndWait, flowscaleNode, placed } from './flowscaleNode';
import { connectMcp, type ToolAnswer } from './mcpClient';
import { ok, sleep } from './platform';
import type { Harness } from './stage';

/** MCP Server Trigger, with the node as its tool; the prompt is the caller's to fill in. */
const mcpWorkflow = (
	path: string,
	flowscale: Credential,
	workflowId: string,
	given: Record<string, unknown>,
): Workflow => {
	const prompt = "$fromAI('prompt', 'What the picture shows', 'string')";
	const parameters = {
		...executeAndWait(workflowId, {}),
		inputsJson: `={{ { text_51536: ${prompt} } }}`,
		...given,
	};
	return {
		name: path,
		nodes: [
			{
				...placed(),
				name: 'MCP Server Trigger',
				type: '@n8n/n8n-nodes-langchain.mcpTrigger',
				typeVersion: 2,
				webhookId: placed().id,
				parameters: { path, authentication: 'none' },
			},
			{ ...flowscaleNode(flowscale, parameters), type: 'n8n-nodes-flowscale.flowscaleTool' },
		],
		connections: {
			Flowscale: { ai_tool: [[{ node: 'MCP Server Trigger', type: 'ai_tool', index: 0 }]] },
		},
	};
};

/**
 * Publishes the node as the tool of an MCP server and calls it once, as a client of that protocol
 * does; gives what the client was answered.
 * @param given parameters of the node
 */
export const callByMcp = async (
	harness: Harness,
	path: string,
	workflowId: string,
	given: Record<string, unknown> = {},
): Promise<ToolAnswer> => {
	const { server, credential } = harness;
	await createPlayer(harness).publish(mcpWorkflow(path, credential, workflowId, given));
	const client = await connectMcp(`${server.baseUrl}/mcp/${path}`);
	// n8n 1.x registers a workflow's tools some moments after its webhooks.
	let names = await client.tools();
	for (let tries = 0; names.length === 0 && tries < 20; tries += 1) {
		await sleep(250);
		names = await client.tools();
	}
	ok(names.length === 1, `the MCP server offers ${names.join(', ') || 'no tool'}`);
	return await client.call(names[0], { prompt: path });
};
