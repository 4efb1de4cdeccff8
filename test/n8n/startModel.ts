import { createServer, once, type IncomingMessage } from './platform';

interface ChatRequest {
	model: string;
	messages: Array<{ role: string; content: unknown }>;
	tools?: Array<{ function: { name: string; description: string; parameters: unknown } }>;
}

export interface Model {
	/** For the base URL of n8n's OpenAI credential. */
	readonly baseUrl: string;
	/** What the agent sent, in order. */
	readonly requests: ChatRequest[];
	close(): void;
}

/** A language model of one idea: it calls the first tool it is offered, with these arguments, and then says "Done". */
export const startModel = async (toolArguments: Record<string, unknown>): Promise<Model> => {
	const requests: ChatRequest[] = [];

	const reply = ({ messages, tools = [] }: ChatRequest): { message: object; reason: string } => {
		if (messages.some(({ role }) => role === 'tool'))
			return { message: { role: 'assistant', content: 'Done' }, reason: 'stop' };
		const call = { name: tools[0]?.function.name, arguments: JSON.stringify(toolArguments) };
		const message = {
			role: 'assistant',
			content: null,
			tool_calls: [{ id: 'call_1', type: 'function', function: call }],
		};
		return { message, reason: 'tool_calls' };
	};

	const server = createServer((incoming, outgoing) => {
		void readBody(incoming).then((text) => {
			const asked = JSON.parse(text) as ChatRequest;
			requests.push(asked);
			const { message, reason } = reply(asked);
			outgoing.writeHead(200, { 'content-type': 'application/json' }).end(
				JSON.stringify({
					id: `chatcmpl-${requests.length}`,
					object: 'chat.completion',
					created: 1_700_000_000,
					model: asked.model,
					choices: [{ index: 0, message, finish_reason: reason }],
					usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
				}),
			);
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;
	return {
		baseUrl: `http://127.0.0.1:${port}/v1`,
		requests,
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
};

const readBody = async (incoming: IncomingMessage): Promise<string> => {
	const chunks: Buffer[] = [];
	for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
};
