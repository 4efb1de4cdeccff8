import { kindOf } from './fileKinds';
import { createServer, once, type IncomingMessage } from './platform';

export interface Bucket {
	/** Endpoint of an S3 credential, path style. */
	readonly baseUrl: string;
	/** `bucket/key kind`, of each object in the order of storing. */
	readonly objects: string[];
	close(): void;
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
	return Buffer.concat(chunks);
}

/**
 * An S3 of its own, as far as n8n's S3 node asks for it when it uploads: the bucket's region, then
 * the object. It wants requests to be signed, and checks no signature.
 */
export const startBucket = async (): Promise<Bucket> => {
	const objects: string[] = [];
	const server = createServer((incoming, outgoing) => {
		void bytesOf(incoming).then((bytes) => {
			const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://bucket');
			const isSigned = incoming.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ') === true;
			if (!isSigned) return outgoing.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
			if (incoming.method === 'GET' && searchParams.has('location'))
				return outgoing
					.writeHead(200, { 'content-type': 'application/xml' })
					.end('<?xml version="1.0"?><LocationConstraint>us-east-1</LocationConstraint>');
			if (incoming.method !== 'PUT') return outgoing.writeHead(501).end();
			objects.push(`${decodeURIComponent(pathname).slice(1)} ${kindOf(bytes)}`);
			return outgoing.writeHead(200).end();
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	const port = typeof address === 'object' && address !== null ? address.port : 0;
	return {
		baseUrl: `http://127.0.0.1:${port}`,
		objects,
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
};
