import type { RunOptions } from './runWorkflow';

/**
 * Runs a workflow as n8n does it for a chat that streams: n8n's hook receives the pieces of text.
 */
export const streamTo = (hear: (text: string) => void): RunOptions => ({
	mode: 'webhook',
	onServer: (server) => {
		Object.assign(server, { streamingEnabled: true });
		server.hooks?.addHandler(
			'sendChunk',
			({ type, content }) => void (type === 'item' && hear(String(content))),
		);
	},
});
