import { type AddressInfo, createServer, once } from '../../simulator/platform';

/**
 * A deployment's answer at a path. A function gets how often the path was requested before, and
 * whether with the key.
 */
export interface Said {
	status?: number;
	headers?: Record<string, string>;
	body?: string | Buffer | object;
}
export type Saying = Said | ((asked: number, hasKey: boolean) => Said);

export interface TinyDeployment {
	origin: string;
	/** Requests in order: path with query, and whether the key came along. */
	asked: Array<{ url: string; hasKey: boolean }>;
	/** Answers by path; all other paths answer 404. */
	says: Record<string, Saying>;
	close(): Promise<void>;
}

/**
 * A deployment whose answers a test writes itself, for dialects that the simulator does not have.
 */
export async function openTinyDeployment(): Promise<TinyDeployment> {
	const asked: TinyDeployment['asked'] = [];
	const says: TinyDeployment['says'] = {};
	const server = createServer(({ url = '', headers }, response) => {
		const path = url.split('?')[0];
		const before = asked.filter((entry) => entry.url.split('?')[0] === path).length;
		const hasKey = headers['x-api-key'] !== undefined;
		asked.push({ url, hasKey });
		const saying = Object.hasOwn(says, path) ? says[path] : { status: 404 };
		const { status = 200, ...said } =
			typeof saying === 'function' ? saying(before, hasKey) : saying;
		const isJson = typeof said.body === 'object' && !Buffer.isBuffer(said.body);
		response
			.writeHead(status, {
				...(isJson ? { 'content-type': 'application/json' } : {}),
				...said.headers,
			})
			.end(isJson ? JSON.stringify(said.body) : (said.body as string | Buffer | undefined));
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		asked,
		says,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

/** The answer of `/runs/r1`: a run that succeeded an hour ago, with these outputs. */
export const runWith = (outputs: object[], more: object = {}): Said => ({
	body: {
		status: 'success',
		data: {
			_id: 'r1',
			status: 'completed',
			outputs,
			completed_at: '2024-01-15T10:32:45Z',
			...more,
		},
	},
});
