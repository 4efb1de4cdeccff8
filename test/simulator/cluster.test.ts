import { useFlowscale } from '../harness/useFlowscale';

const open = useFlowscale();

describe('the cluster', () => {
	it.each([
		[
			'container',
			{ container: 'container #1', status: 'running' },
			{ container: 'container #2', status: 'idle' },
		],
		[
			'url',
			{ url: 'http://comfy-1.internal:8188', status: 'running' },
			{ url: 'http://comfy-2.internal:8188', status: 'idle' },
		],
	] as const)('tells its health with %s labels', async (containers, ...data) => {
		const { start, get } = await open({ runMs: 60_000, dialect: { containers } });
		await start('Failing');
		expect((await get('/comfy/health')).json).toEqual({ status: 'success', data });
	});

	it('reports running and waiting runs of each container', async () => {
		const { start, get } = await open({ runMs: 60_000 });
		const started = [];
		for (let index = 0; index < 5; index++) started.push(await start('Failing'));
		const [one, two, three, four, five] = started.map(({ promptId }) => promptId);
		expect((await get('/comfy/queue')).json).toEqual({
			status: 'success',
			data: [
				{
					container: 'container #1',
					queue: {
						queue_running: [[0, one]],
						queue_pending: [
							[1, three],
							[2, five],
						],
					},
				},
				{
					container: 'container #2',
					queue: { queue_running: [[0, two]], queue_pending: [[1, four]] },
				},
			],
		});
	});
});

describe('the workflow list', () => {
	it('lists inputs and outputs as JSON texts', async () => {
		const { get } = await open();
		expect((await get('/comfy/workflows')).json).toMatchObject({
			data: expect.arrayContaining([
				{
					id: '550e8400-e29b-41d4-a716-446655440000',
					name: 'Text to Image',
					description: 'Generate an image from text input',
					inputs: '{"text_51536":"string","seed_51537":"int"}',
					outputs: '{"filename_prefix_58358":"image"}',
				},
			]),
		});
	});

	it('of the beta lists them as object and names', async () => {
		const { get } = await open({ dialect: { workflows: 'beta' } });
		expect((await get('/comfy/workflows')).json).toMatchObject({
			data: {
				workflows: expect.arrayContaining([
					{
						workflow_id: 'aa43d855-3740-46c9-9c6b-99bbaa995555',
						name: 'Text to 3D',
						description: null,
						inputs: { text_51536: 'string' },
						outputs: ['filename_prefix_66004'],
					},
				]),
			},
		});
	});

	it('declares an upload as string, as a live deployment was seen to do', async () => {
		const { get } = await open({ dialect: { workflows: 'beta' } });
		expect((await get('/comfy/workflows')).text).toContain('"inputs":{"image_30001":"string"}');
	});
});
