import { createServer, once, type IncomingMessage } from './platform';

export interface Collector {
	readonly url: string;
	/** How often each run was told of. */
	readonly seen: Map<string, number>;
	close(): void;
}

/** The next service of a chain: takes `{ run_id }` by POST and counts. */
export const startCollector = async (): Promise<Collector> => {
	const seen = new Map<string, number>();
	const server = createServer((incoming, outgoing) => {
		void readJson(incoming).then(({ run_id: runId }) => {
			seen.set(runId, (seen.get(runId) ?? 0) + 1);
			outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{}');
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('the collector has no port');
	return {
		url: `http://127.0.0.1:${address.port}/`,
		seen,
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
};

const readJson = async (incoming: IncomingMessage): Promise<{ run_id: string }> => {
	const chunks: Buffer[] = [];
	for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
	return JSON.parse(Buffer.concat(chunks).toString()) as { run_id: string };
};
