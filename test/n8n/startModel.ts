import { createServer, once, type IncomingMessage } from './platform';

interface ChatRequest {
	model: string;
	messages: Array<{ role: string; content: unknown }>;
	/**
	 * Agents before version 2.2 of theirs, and chats whose answer is streamed, ask for server-sent
	 * events.
	 */
	stream?: boolean;
	tools?: Array<{ function: { name: string; description: string; parameters: unknown } }>;
}

export interface Model {
	/** For the base URL of n8n's OpenAI credential. */
	readonly baseUrl: string;
	/** What the agent sent, in order. */
	readonly requests: ChatRequest[];
	close(): void;
}

/**
 * A language model of one idea: it calls the first tool it is offered, with these arguments, and
 * then says "Done", or what is made of the tool's answer.
 */
export const startModel = async (
	toolArguments: Record<string, unknown>,
	sayOf: (toolAnswer: string) => string = () => 'Done',
): Promise<Model> => {
	const requests: ChatRequest[] = [];

	const reply = ({
		messages,
		tools = [],
	}: ChatRequest): { message: StreamedAnswer['message']; reason: string } => {
		const answer = messages.find(({ role }) => role === 'tool');
		if (answer)
			return {
				message: { role: 'assistant', content: sayOf(String(answer.content)) },
				reason: 'stop',
			};
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
			const id = `chatcmpl-${requests.length}`;
			if (asked.stream === true)
				outgoing
					.writeHead(200, { 'content-type': 'text/event-stream' })
					.end(asEvents({ id, model: asked.model, message, reason }));
			else
				outgoing.writeHead(200, { 'content-type': 'application/json' }).end(
					JSON.stringify({
						id,
						object: 'chat.completion',
						created: CREATED,
						model: asked.model,
						choices: [{ index: 0, message, finish_reason: reason }],
						usage: USAGE,
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

const CREATED = 1_700_000_000;
const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

interface StreamedAnswer {
	id: string;
	model: string;
	message: { role: string; content: string | null; tool_calls?: object[] };
	reason: string;
}

/**
 * The answer in OpenAI's chunks: the message, its end, the usage, and the word that closes the
 * stream.
 */
function asEvents({ id, model, message, reason }: StreamedAnswer): string {
	const chunk = (choices: object[], more: object = {}) =>
		JSON.stringify({
			id,
			object: 'chat.completion.chunk',
			created: CREATED,
			model,
			choices,
			...more,
		});
	const calls = message.tool_calls?.map((call, index) => ({ index, ...call }));
	const delta = { ...message, ...(calls && { tool_calls: calls }) };
	return [
		chunk([{ index: 0, delta, finish_reason: null }]),
		chunk([{ index: 0, delta: {}, finish_reason: reason }]),
		chunk([], { usage: USAGE }),
		'[DONE]',
	]
		.map((data) => `data: ${data}\n\n`)
		.join('');
}

const readBody = async (incoming: IncomingMessage): Promise<string> => {
	const chunks: Buffer[] = [];
	for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
};
