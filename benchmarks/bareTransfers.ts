import { request } from 'undici';
import { createReadStream, createWriteStream, fs, pipeline, Readable } from '../simulator/platform';
import { IMAGE_TO_IMAGE, type Place } from './openEngine';

/** A link to a file, with nothing in between. */
export async function bareDownload(link: string, path: string): Promise<void> {
	const { body } = await request(link);
	await pipeline(body, createWriteStream(path));
	await fs.rm(path);
}

/** A form with one file, put together by hand. */
export async function bareUpload({ baseUrl, apiKey }: Place, path: string): Promise<void> {
	const boundary = 'bench-boundary';
	const part = (name: string, rest: string) =>
		`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${rest}`;
	const head = Buffer.from(
		`${part('prompt_68667', '\r\n\r\nbench\r\n')}${part('image_22068', '; filename="a.bin"\r\nContent-Type: application/octet-stream\r\n\r\n')}`,
	);
	const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
	const { size } = await fs.stat(path);
	async function* form(): AsyncGenerator<Buffer> {
		yield head;
		yield* createReadStream(path) as AsyncIterable<Buffer>;
		yield tail;
	}
	const headers = {
		'x-api-key': apiKey,
		'content-type': `multipart/form-data; boundary=${boundary}`,
		'content-length': String(head.length + size + tail.length),
	};
	const answer = await request(`${baseUrl}/api/v1/runs?workflow_id=${IMAGE_TO_IMAGE}`, {
		method: 'POST',
		headers,
		body: Readable.from(form()),
	});
	if (answer.statusCode !== 200) throw new Error(await answer.body.text());
	await answer.body.dump();
}
