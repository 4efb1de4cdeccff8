import type { Check } from './check';
import type { Credential, Workflow } from './connectRest';
import { createPlayer } from './createPlayer';
import { executeAndWait, flowscaleNode, placed, webhookNode } from './flowscaleNode';
import { callByMcp } from './mcp';
import { equal, match, ok } from './platform';
import type { Harness } from './stage';
import { startModel } from './startModel';

const everything = 'bb54e966-4851-47da-8d7c-aaccbbaa6666';
const image = '550e8400-e29b-41d4-a716-446655440000';
/** A tool's answer is read by a model that is paid by the word. */
const compactBytes = 4_000;

export interface AgentPlan {
	path: string;
	agentVersion: number;
	openAi: Credential;
	flowscale: Credential;
	/** Of the tool, where they are not the usual ones. */
	parameters?: Record<string, unknown>;
}

/**
 * Webhook › AI Agent, with a chat model and the node as its tool; the prompt is the model's to fill
 * in.
 */
export const agentWorkflow = ({
	path,
	agentVersion,
	openAi,
	flowscale,
	parameters: given,
}: AgentPlan): Workflow => {
	const prompt = "={{ { text_51536: $fromAI('prompt', 'What the picture shows', 'string') } }}";
	const parameters = { ...executeAndWait(everything, {}), inputsJson: prompt, ...given };
	const to = (node: string, type: string) => ({ [type]: [[{ node, type, index: 0 }]] });
	return {
		name: path,
		nodes: [
			webhookNode(path),
			{
				...placed(),
				name: 'Agent',
				type: '@n8n/n8n-nodes-langchain.agent',
				typeVersion: agentVersion,
				parameters: { promptType: 'define', text: 'Draw me a lake', options: {} },
			},
			{
				...placed(),
				name: 'Model',
				type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
				typeVersion: 1.2,
				parameters: { model: { __rl: true, mode: 'id', value: 'one-idea' }, options: {} },
				credentials: { openAiApi: openAi },
			},
			{ ...flowscaleNode(flowscale, parameters), type: 'n8n-nodes-flowscale.flowscaleTool' },
		],
		connections: {
			Webhook: to('Agent', 'main'),
			Model: to('Agent', 'ai_languageModel'),
			Flowscale: to('Agent', 'ai_tool'),
		},
	};
};

/**
 * The node in the hands of an agent: n8n's own wrapper around it, and a model that does as it is
 * told.
 */
export const tool = (harness: Harness): Check[] => {
	const { rest, credential, flowscale, n8n } = harness;
	const player = createPlayer(harness);

	const byMcp: Check = {
		name: 'a client of MCP calls the node as a tool, and is given the run as JSON',
		run: async () => {
			const started = flowscale.runs.length;
			const { content, isError } = await callByMcp(harness, 'mcp', image);
			const text = content.map((part) => part.text).join('\n');
			ok(isError !== true, text);
			match(text, /succeeded/);
			equal(flowscale.runs.length - started, 1);
			equal(flowscale.runs.at(-1)?.inputs.text_51536, 'mcp');
		},
	};
	const byAgents = n8n.generation.agentVersions.map((agentVersion) => ({
		name: `an agent (version ${agentVersion}) is given compact JSON with links, and no files`,
		run: async () => {
			const model = await startModel({ prompt: 'a lake between hills' });
			try {
				const openAi = await rest.createCredential('model', 'openAiApi', {
					apiKey: 'unused',
					url: model.baseUrl,
				});
				const path = `agent-${agentVersion}`.replace('.', '-');
				const started = flowscale.runs.length;
				const execution = await player.play(
					path,
					agentWorkflow({ path, agentVersion, openAi, flowscale: credential }),
				);
				equal(execution.status, 'success', execution.error?.message);
				equal(flowscale.runs.length - started, 1);
				equal(flowscale.runs.at(-1)?.inputs.text_51536, 'a lake between hills');

				const answer = model.requests.at(-1)?.messages.find(({ role }) => role === 'tool')?.content;
				ok(typeof answer === 'string', `the model was given ${JSON.stringify(answer)}`);
				ok(answer.length <= compactBytes, `the model was given ${answer.length} bytes`);
				const links = answer.match(/http:\/\/127\.0\.0\.1:\d+\/generations\/[^"\\]+/g) ?? [];
				equal(links.length, 3, answer);
				ok(!answer.includes('base64') && !answer.includes('"binary"'), answer);
			} finally {
				model.close();
			}
		},
	}));
	return [...byAgents, byMcp];
};
