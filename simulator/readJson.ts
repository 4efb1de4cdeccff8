import type { IncomingMessage } from './platform';

/**
 * The JSON body of a request; undefined when it is empty or no JSON. Its text goes into `entry`.
 */
export async function readJson(
	message: IncomingMessage,
	entry?: { body?: string },
): Promise<unknown> {
	const chunks: Buffer[] = [];
	for await (const chunk of message) chunks.push(Buffer.from(chunk as Uint8Array));
	const text = Buffer.concat(chunks).toString('utf8');
	if (entry) entry.body = text;
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}
