import { ask } from './ask';

interface RpcAnswer {
	id?: number;
	result?: unknown;
	error?: { message: string };
}

/** What a tool gave its caller. */
export interface ToolAnswer {
	content: Array<{ type: string; text?: string }>;
	isError?: boolean;
}

export interface McpClient {
	/** Names of the tools that the server offers. */
	tools(): Promise<string[]>;
	call(tool: string, given: Record<string, unknown>): Promise<ToolAnswer>;
}

/** An answer comes as JSON, or as the one event of a stream. */
const readAnswer = (text: string, id: number): RpcAnswer => {
	const lines = text.startsWith('{')
		? [text]
		: text.split('\n').flatMap((line) => (line.startsWith('data:') ? [line.slice(5)] : []));
	const answers = lines.map((line) => JSON.parse(line) as RpcAnswer);
	const found = answers.find((answer) => answer.id === id);
	if (found === undefined) throw new Error(`No answer to request ${id}: ${text.slice(0, 300)}`);
	return found;
};

/**
 * A client of the Model Context Protocol over streamable HTTP, as small as the protocol allows
 * (modelcontextprotocol.io, version 2025-03-26): initialize, then requests in its session.
 */
export const connectMcp = async (url: string): Promise<McpClient> => {
	let session = '';
	let count = 0;
	const post = async (message: object) =>
		await ask(url, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				accept: 'application/json, text/event-stream',
				...(session && { 'mcp-session-id': session }),
			},
			body: JSON.stringify({ jsonrpc: '2.0', ...message }),
		});
	const request = async <Result>(method: string, params: object): Promise<Result> => {
		count += 1;
		const answer = await post({ id: count, method, params });
		const text = await answer.text();
		if (!answer.ok) throw new Error(`${method}: ${answer.status} ${text.slice(0, 300)}`);
		session ||= answer.headers.get('mcp-session-id') ?? '';
		const { result, error } = readAnswer(text, count);
		if (error) throw new Error(`${method}: ${error.message}`);
		return result as Result;
	};
	await request('initialize', {
		protocolVersion: '2025-03-26',
		capabilities: {},
		clientInfo: { name: 'flowscale-suite', version: '1.0.0' },
	});
	await (await post({ method: 'notifications/initialized' })).text();
	return {
		tools: async () => {
			const { tools } = await request<{ tools: Array<{ name: string }> }>('tools/list', {});
			return tools.map(({ name }) => name);
		},
		call: async (name, given) =>
			await request<ToolAnswer>('tools/call', { name, arguments: given }),
	};
};
