import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeInputConfiguration,
	INodeType,
} from 'n8n-workflow';
import { flag, handOn, options, standIn, text, type Work } from './standIn';

/** What n8n's own wrapper makes of a node that an agent may use. */
export interface Tool {
	name: string;
	description: string;
	schema: { shape: Record<string, { description?: string }> };
	invoke(given: object): Promise<string>;
}

/** Stands for a language model: it calls tools as it likes and gives a final answer. */
export type Mind = (asked: string, tools: Tool[]) => Promise<string>;

const mindless: Mind = async () => {
	throw new Error('Give the chat model a mind: agentNodes(mind)');
};

const model = (mind: Mind): Work => ({
	async supplyData() {
		return { response: mind };
	},
});

/** Versions before 3 call their tools themselves, through n8n's wrapper. */
const agent: Work = {
	async execute() {
		const mind = (await this.getInputConnectionData(
			NodeConnectionTypes.AiLanguageModel,
			0,
		)) as Mind;
		const tools = (await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0)) as Tool[];
		const said = this.getInputData().map(async ({ json }, item): Promise<INodeExecutionData> => {
			return { json: { output: await mind(String(json.chatInput), tools) }, pairedItem: { item } };
		});
		return [await Promise.all(said)];
	},
};

/** What n8n's engine gives the agent when it has run the tools that the agent asked for. */
interface ToolRuns {
	actionResponses: Array<{
		data: {
			error?: { message: string };
			data?: { ai_tool?: Array<INodeExecutionData[] | null> };
		};
	}>;
}

/**
 * From version 3 on, n8n's engine runs the node of each tool as it runs any other, and then the
 * agent again. This one calls one tool and repeats what it returned.
 * @param tool name of the tool's node
 */
export function engineAgent(tool: string): INodeType {
	const [, { description }] = agentNodes()[1];
	const execute = async function (this: IExecuteFunctions, response?: ToolRuns) {
		const [run] = response?.actionResponses ?? [];
		if (run === undefined)
			return {
				actions: [
					{
						actionType: 'ExecutionNodeAction',
						nodeName: tool,
						input: { input: 'draw' },
						type: NodeConnectionTypes.AiTool,
						id: 'call-1',
						metadata: { itemIndex: 0 },
					},
				],
				metadata: {},
			};
		const [items] = run.data.data?.ai_tool ?? [];
		const output = run.data.error?.message ?? JSON.stringify((items ?? []).map(({ json }) => json));
		return [[{ json: { output }, pairedItem: { item: 0 } }]];
	};
	return {
		description: { ...description, version: 3 },
		execute: execute as unknown as INodeType['execute'],
	};
}

const agentInputs: Array<typeof NodeConnectionTypes.Main | INodeInputConfiguration> = [
	NodeConnectionTypes.Main,
	{
		type: NodeConnectionTypes.AiLanguageModel,
		displayName: 'Chat Model',
		maxConnections: 1,
		required: true,
	},
	{ type: NodeConnectionTypes.AiTool, displayName: 'Tool' },
];

/**
 * Of n8n's AI nodes, which are a package of their own. What a chat trigger streams is streamed by
 * the server, not by the node.
 */
export function agentNodes(mind: Mind = mindless): Array<[string, INodeType]> {
	const home = { package: '@n8n/n8n-nodes-langchain' };
	return [
		standIn(
			'Chat Trigger',
			'chatTrigger',
			1.3,
			[flag('public'), options('responseMode')],
			handOn,
			home,
		),
		standIn('AI Agent', 'agent', 2, [text('promptType', 'auto'), options('systemMessage')], agent, {
			...home,
			inputs: agentInputs,
		}),
		standIn('OpenAI Chat Model', 'lmChatOpenAi', 1.2, [text('model'), options()], model(mind), {
			...home,
			inputs: [],
			outputs: [NodeConnectionTypes.AiLanguageModel],
		}),
	];
}
