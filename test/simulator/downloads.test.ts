import FormData from 'form-data';
import { request } from 'undici';
import { fillerBlocks } from '../../simulator/media/filler';
import { picture } from '../../simulator/media/picture';
import { createHash } from '../../simulator/platform';
import { downloadOf, linkOf } from './downloadOf';
import { useFlowscale, type Client } from '../harness/useFlowscale';

const open = useFlowscale();

describe('a download', () => {
	const cat = { text_51536: 'a cat' };
	it.each([
		['Text to Image', cat, 'image/png', '\x89PNG', 0],
		['Text to Speech', cat, 'audio/wav', 'RIFF', 0],
		['Text to 3D', cat, 'model/gltf-binary', 'glTF', 0],
		['Everything', cat, 'video/mp4', 'ftyp', 2],
	])('of %s is a real file', async (workflow, fields, type, mark, output) => {
		const client = await open();
		const run = await client.run(workflow, fields);
		const { statusCode, headers, bytes } = await downloadOf(client, run.outputs[output].name);
		expect(statusCode).toBe(200);
		expect(headers).toMatchObject({ 'content-type': type, 'content-length': String(bytes.length) });
		expect(bytes.subarray(0, 12).toString('latin1')).toContain(mark);
	});

	it('gives each image of a batch under its own name', async () => {
		const client = await open();
		const run = await client.run('Everything', { text_51536: 'twins' });
		const [{ name, files }] = run.outputs;
		expect(files).toEqual([`${name}_000001.png`, `${name}_000002.png`]);
		const [first, second] = [
			await downloadOf(client, files[0]),
			await downloadOf(client, files[1]),
		];
		expect(first.bytes.equals(picture('twins', 0))).toBe(true);
		expect(second.bytes.equals(picture('twins', 1))).toBe(true);
	});

	it('derives the new image from the uploaded one', async () => {
		const client = await open();
		const results = [];
		for (const source of ['a rose', 'a rose', 'the sea']) {
			const form = new FormData();
			form.append('image_22068', picture(source), { filename: 'in.png', contentType: 'image/png' });
			form.append('prompt_68667', 'mosaic');
			await client.post(`/runs?workflow_id=${client.idOf('Image to Image')}`, form);
			const run = client.flowscale.runs.at(-1);
			client.flowscale.finish(run?.id ?? '');
			results.push((await downloadOf(client, run?.outputs[0].name ?? '')).bytes);
		}
		expect(results[0].equals(results[1])).toBe(true);
		expect(results[0].equals(results[2])).toBe(false);
	});

	it('of 100 MB is streamed as it is made', async () => {
		const client = await open();
		const run = await client.run('Big File', { size_10001: '100000001' });
		const { body, headers } = await request(
			linkOf((await client.get(`/runs/output?filename=${run.outputs[0].name}`)).json),
		);
		const [received, made] = [createHash('sha256'), createHash('sha256')];
		for await (const chunk of body) received.update(chunk as Buffer);
		for (const block of fillerBlocks(100_000_001)) made.update(block);
		expect(headers['content-length']).toBe('100000001');
		expect(received.digest('hex')).toBe(made.digest('hex'));
	});

	it('announces no length and no true type where the dialect has it so', async () => {
		const client = await open({ dialect: { lengths: false, downloadTypes: 'octet' } });
		const run = await client.run('Text to Speech', { text_51536: 'x' });
		const { headers } = await downloadOf(client, run.outputs[0].name);
		expect(headers['content-length']).toBeUndefined();
		expect(headers['content-type']).toBe('binary/octet-stream');
	});

	it('gives an upload back by the link that the run shows', async () => {
		const client = await open();
		const form = new FormData();
		form.append('image_22068', Buffer.from('not an image'), {
			filename: 'dir/ä #1?.png',
			contentType: 'image/png',
		});
		await client.post(`/runs?workflow_id=${client.idOf('Image to Video')}`, form);
		const { json } = await client.get(`/runs/${client.flowscale.runs[0].id}`);
		const [{ url }] = (json as { data: { inputs: Array<{ url: string }> } }).data.inputs;
		expect(await client.fetch(url)).toMatchObject({ status: 200, text: 'not an image' });
	});

	it.each([
		['the API key', { 'x-api-key': 'fs-sim-key-for-tests-only' }, 400, 'InvalidArgument'],
		['another credential', { authorization: 'Bearer x' }, 400, 'InvalidArgument'],
	])('with %s on top of the signature is refused', async (_, headers, status, code) => {
		const client = await open();
		const run = await client.run('Text to Speech', { text_51536: 'x' });
		const link = linkOf((await client.get(`/runs/output?filename=${run.outputs[0].name}`)).json);
		expect(await client.fetch(link, headers)).toMatchObject({
			status,
			text: expect.stringContaining(`<Code>${code}</Code>`),
		});
		expect(client.flowscale.journal.at(-1)).toMatchObject({
			host: 'files',
			route: 'download',
			status,
			headers,
		});
	});

	it('is refused when the link is expired, changed or used with another method', async () => {
		const client = await open({ linkLifetimeMs: 60_000 });
		const brief = await open({ linkLifetimeMs: -1 });
		const link = async ({ run, get }: Client) => {
			const { outputs } = await run('Text to Speech', { text_51536: 'x' });
			return linkOf((await get(`/runs/output?filename=${outputs[0].name}`)).json);
		};
		const good = await link(client);
		const codeOf = (text: string) => /<Code>(\w+)</.exec(text)?.[1];

		const expired = await client.fetch(await link(brief));
		const longer = await client.fetch(good.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000'));
		const elsewhere = await client.fetch(good.replace('.wav', '.mp4'));
		const head = await client.fetch(good, {}, 'HEAD');

		expect([expired.status, codeOf(expired.text)]).toEqual([403, 'AccessDenied']);
		expect([longer.status, codeOf(longer.text)]).toEqual([403, 'SignatureDoesNotMatch']);
		expect([elsewhere.status, codeOf(elsewhere.text)]).toEqual([403, 'SignatureDoesNotMatch']);
		expect(head.status).toBe(403);
		expect(await client.fetch(good)).toMatchObject({ status: 200 });
	});
});
