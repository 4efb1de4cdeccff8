import {
	type AddressInfo,
	createServer,
	type IncomingMessage,
	once,
} from '../../simulator/platform';

/** A host that has no business with the key: redirects lead here. It gives every visitor a file. */
export interface Elsewhere {
	origin: string;
	visits: Array<Pick<IncomingMessage, 'url' | 'headers'>>;
	close(): Promise<void>;
}

export async function openElsewhere(): Promise<Elsewhere> {
	const visits: Elsewhere['visits'] = [];
	const server = createServer(({ url, headers }, response) => {
		visits.push({ url, headers });
		response.writeHead(200, { 'content-type': 'image/png' }).end('a file from elsewhere');
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		visits,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
