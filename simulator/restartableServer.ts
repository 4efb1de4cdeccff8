import { createServer, createTlsServer, type RequestListener, type Socket } from './platform';
import { behindNetwork, type NetworkCounts, type NetworkTraits } from './slowNetwork';

/** Key and certificate as PEM text; given, the server speaks HTTPS. */
export interface TlsIdentity {
	key: string;
	cert: string;
}

/** A network to stand behind, and where what goes over it is counted. */
export interface ServedNetwork {
	traits: NetworkTraits;
	counts: NetworkCounts;
}

export interface RestartableServer {
	/** `http://127.0.0.1:PORT`; the port stays the same over a restart. */
	readonly origin: string;
	/** Refuses new connections and drops the open ones. */
	stop(): Promise<void>;
	/** Listens again on the same port. Does nothing when already listening. */
	listen(): Promise<void>;
}

/**
 * Opens an HTTP server that can stop and start again, like a service during a deployment. Rejects
 * when the port is taken.
 */
export async function openServer(
	handle: RequestListener,
	place: { host: string; port: number; tls?: TlsIdentity; network?: ServedNetwork },
): Promise<RestartableServer> {
	const http = place.tls ? createTlsServer(place.tls, handle) : createServer(handle);
	const server = place.network
		? behindNetwork(http, place.network.traits, place.network.counts)
		: http;
	const sockets = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});

	let port = place.port;
	const listen = async () => {
		if (server.listening) return;
		await new Promise<void>((resolve, reject) => {
			server.once('error', reject);
			server.listen(port, place.host, () => {
				server.off('error', reject);
				const address = server.address();
				if (address !== null && typeof address === 'object') port = address.port;
				resolve();
			});
		});
	};
	await listen();

	return {
		get origin() {
			return `${place.tls ? 'https' : 'http'}://${place.host}:${port}`;
		},
		listen,
		stop: async () => {
			if (!server.listening) return;
			await new Promise<void>((resolve) => {
				server.close(() => resolve());
				sockets.forEach((socket) => socket.destroy());
			});
		},
	};
}
