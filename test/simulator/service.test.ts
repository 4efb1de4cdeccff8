import { startFlowscale } from '../../simulator/flowscale/startFlowscale';
import { sleep } from '../../simulator/platform';
import { createTimers } from '../../simulator/timers';
import { outcome, useFlowscale } from '../harness/useFlowscale';
import { until } from '../harness/until';

const open = useFlowscale();

describe('the service', () => {
	it('keeps its port and its runs over a restart', async () => {
		const client = await open();
		const run = await client.run('Text to Image', { text_51536: 'x' });
		await client.flowscale.restart();
		expect(await client.get(`/runs/${run.id}`)).toMatchObject({
			status: 200,
			json: { data: { status: 'completed' } },
		});
	});

	it('refuses connections while stopped, and its machines work on', async () => {
		const client = await open();
		const run = await client.start('Text to Image', { text_51536: 'x' });
		await client.flowscale.stop();
		expect(await outcome(client.get(`/runs/${run.id}`))).toBe('ECONNREFUSED');
		await until(() => run.state === 'completed');
	});

	it('gives the same ids for the same seed', async () => {
		const idsFor = async (seed: number) =>
			(await open({ seed })).flowscale.addRuns(2).map(({ id, outputs }) => [id, outputs[0].name]);
		expect(await idsFor(5)).toEqual(await idsFor(5));
		expect(await idsFor(5)).not.toEqual(await idsFor(6));
	});

	it.each([
		[{}, { state: 'completed', startedAt: expect.any(Number), completedAt: expect.any(Number) }],
		[{ state: 'running' }, { state: 'running', startedAt: expect.any(Number), completedAt: null }],
		[{ state: 'queued' }, { state: 'queued', startedAt: null, completedAt: null }],
		[
			{ state: 'failed', completedAt: 5 },
			{ state: 'failed', startedAt: expect.any(Number), completedAt: 5 },
		],
	] as const)('puts in a run given as %j', async (given, expected) => {
		const { flowscale, get } = await open();
		const [run] = flowscale.addRuns(1, given);
		expect(run).toMatchObject(expected);
		expect(await get(`/runs/${run.id}`)).toMatchObject({
			json: { data: { status: expected.state } },
		});
	});

	it('rejects when its port is taken', async () => {
		const { flowscale } = await open();
		const port = Number(new URL(flowscale.baseUrl).port);
		await expect(startFlowscale({ port })).rejects.toThrow('EADDRINUSE');
	});

	it('takes its time to answer', async () => {
		const { get, flowscale } = await open({ latencyMs: 50 });
		const began = Date.now();
		await get('/comfy/health');
		expect(Date.now() - began).toBeGreaterThanOrEqual(49);
		expect(flowscale.journal[0].status).toBe(200);
	});

	it('does nothing more once its timers are cleared', async () => {
		const timers = createTimers();
		const done: string[] = [];
		timers.after(1, () => done.push('in time'));
		timers.after(1, () => done.push('called off'))();
		await sleep(20);
		timers.after(5, () => done.push('too late'));
		timers.clear();
		await sleep(20);
		expect(done).toEqual(['in time']);
	});
});
