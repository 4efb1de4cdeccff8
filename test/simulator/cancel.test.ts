import { useFlowscale } from '../harness/useFlowscale';

const open = useFlowscale();

describe('cancel', () => {
	it('ends a running run at once', async () => {
		const { start, post, get } = await open({ runMs: 60_000 });
		const run = await start('Text to Image', { text_51536: 'stop me' });
		expect(await post(`/runs/${run.id}/cancel`)).toMatchObject({
			status: 200,
			json: { status: 'success', data: 'Run cancelled successfully' },
		});
		expect(run.cancelRequestedAt).not.toBeNull();
		expect(await get(`/runs/${run.id}`)).toMatchObject({ json: { data: { status: 'cancelled' } } });
	});

	it('takes a queued run out of the line without starting it', async () => {
		const { start, post, flowscale } = await open({ containers: 1, runMs: 60_000 });
		const [first, second] = [await start('Failing'), await start('Failing')];
		await post(`/runs/${second.id}/cancel`);
		flowscale.finish(first.id);
		expect(second).toMatchObject({ state: 'cancelled', startedAt: null });
	});

	it.each([
		[200, { status: 'success', data: 'Run already completed' }],
		[400, { status: 'error', data: null, errors: 'Run already completed' }],
		[409, { status: 'error', data: null, errors: 'Run already completed' }],
	] as const)(
		'of a finished run answers %i where the dialect has it so',
		async (cancelFinished, json) => {
			const { run, post } = await open({ dialect: { cancelFinished } });
			const done = await run('Text to Image', { text_51536: 'done' });
			expect(await post(`/runs/${done.id}/cancel`)).toMatchObject({ status: cancelFinished, json });
			expect(done.state).toBe('completed');
		},
	);

	it('of an unknown run answers 404', async () => {
		const { post } = await open();
		expect(await post('/runs/nobody/cancel')).toMatchObject({
			status: 404,
			json: { errors: 'Run not found' },
		});
	});
});
