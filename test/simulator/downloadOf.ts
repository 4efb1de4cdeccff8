import { request } from 'undici';
import type { Client } from '../harness/useFlowscale';

/** The download link in an answer of the output endpoint. */
export const linkOf = (json: unknown): string =>
	(json as { data: { download_url: string } }).data.download_url;

/** Fetches an output by name: asks for the link, then takes it, without the key. */
export async function downloadOf({ get }: Client, name: string) {
	const { statusCode, headers, body } = await request(
		linkOf((await get(`/runs/output?filename=${name}`)).json),
	);
	return { statusCode, headers, bytes: Buffer.from(await body.arrayBuffer()) };
}
