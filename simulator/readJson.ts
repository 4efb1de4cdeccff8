import type { IncomingMessage } from './platform';

/** The JSON body of a request; undefined when it is empty or no JSON. */
export async function readJson(message: IncomingMessage): Promise<unknown> {
	const chunks: Buffer[] = [];
	for await (const chunk of message) chunks.push(Buffer.from(chunk as Uint8Array));
	try {
		return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
	} catch {
		return undefined;
	}
}
