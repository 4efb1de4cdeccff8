import { downloadOf } from './downloadOf';
import { useFlowscale } from '../harness/useFlowscale';

const open = useFlowscale();

describe('the output endpoint', () => {
	it.each([
		['204', 204, ''],
		['404', 404, '{"status":"error","data":null,"errors":"Output not found"}'],
		[
			'in_progress',
			200,
			'{"status":"in_progress","data":{"download_url":"","generation_status":"in_progress"}}',
		],
		['empty200', 200, ''],
	])('before the end answers in the way %s', async (way, status, text) => {
		const notReady =
			way === '204' ? 204 : way === '404' ? 404 : way === 'empty200' ? 'empty200' : 'in_progress';
		const { start, get } = await open({ runMs: 60_000, dialect: { notReady } });
		const run = await start('Text to Image', { text_51536: 'x' });
		const early = await get(`/runs/output?filename=${run.outputs[0].name}`);
		const unknown = await get('/runs/output?filename=nobody_knows_ABCDEFGHIJ');
		expect([early.status, early.text]).toEqual([status, text]);
		expect([unknown.status, unknown.text]).toEqual([status, text]);
	});

	it('answers to the name with and without extension', async () => {
		const { run, get } = await open();
		const { outputs } = await run('Text to Image', { text_51536: 'x' });
		for (const name of [outputs[0].name, `${outputs[0].name}.png`]) {
			expect(await get(`/runs/output?filename=${name}`)).toMatchObject({
				json: {
					status: 'success',
					data: {
						download_url: expect.stringContaining(`${outputs[0].name}.png?X-Amz-`),
						generation_status: 'success',
					},
				},
			});
		}
	});

	it('gives a text inline, or as a link where the dialect has it so', async () => {
		const inline = await open();
		const { outputs } = await inline.run('Everything', { text_51536: 'a cat', seed_51537: '3' });
		expect((await inline.get(`/runs/output?filename=${outputs[1].name}`)).json).toEqual({
			status: 'success',
			data: { file_content: 'A picture of a cat, seed 3.', generation_status: 'success' },
		});

		const linked = await open({ dialect: { textOutputs: 'download_url' } });
		const other = await linked.run('Everything', { text_51536: 'a cat' });
		const { headers, bytes } = await downloadOf(linked, other.outputs[1].name);
		expect([headers['content-type'], bytes.toString()]).toEqual([
			'text/plain',
			'A picture of a cat, seed 0.',
		]);
	});

	it('says not ready for a while after the run has ended', async () => {
		const { run, get } = await open({ outputDelayMs: 60_000 });
		const { id, outputs } = await run('Text to Image', { text_51536: 'x' });
		expect(await get(`/runs/output?filename=${outputs[0].name}`)).toMatchObject({ status: 204 });
		expect(await get(`/runs/${id}`)).toMatchObject({
			json: { data: { status: 'completed', outputs: [] } },
		});
	});

	it('refuses a request without filename', async () => {
		const { get } = await open();
		expect(await get('/runs/output')).toMatchObject({ status: 422 });
	});
});
