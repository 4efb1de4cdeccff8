import { receiveForm } from '../../simulator/receiveForm';
import { kindOf } from './fileKinds';
import { createServer, once } from './platform';

export interface Receiver {
	readonly baseUrl: string;
	close(): void;
}

/** Some other service that files are sent to; it answers what kind of file it was given. */
export const startReceiver = async (): Promise<Receiver> => {
	const server = createServer((incoming, outgoing) => {
		void receiveForm(incoming).then((parts) => {
			const files = parts.flatMap(({ file }) => (file ? [file] : []));
			outgoing
				.writeHead(200, { 'content-type': 'application/json' })
				.end(JSON.stringify({ received: files.map(({ head }) => kindOf(head)).join() }));
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;
	return {
		baseUrl: `http://127.0.0.1:${port}`,
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
};
