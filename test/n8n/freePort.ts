import { createServer, once } from './platform';

/** Below those that Linux gives to outgoing connections: one of them could take the port before a server is up that needs seconds, or while it is down. */
const lowest = 20_000;
const highest = 32_000;
const given = new Set<number>();

const isFree = async (port: number): Promise<boolean> => {
	const server = createServer();
	server.listen(port, '127.0.0.1');
	const isListening = await once(server, 'listening').then(
		() => true,
		() => false,
	);
	server.close();
	if (isListening) await once(server, 'close');
	return isListening;
};

/** A loopback port that was free a moment ago; each is given once. */
export const freePort = async (): Promise<number> => {
	for (;;) {
		const port = lowest + Math.floor(Math.random() * (highest - lowest));
		if (given.has(port)) continue;
		given.add(port);
		if (await isFree(port)) return port;
	}
};
