import { sleep } from '../../simulator/platform';
import { brief, follow, wholeLife } from './followRun';
import { useFlowscale } from '../harness/useFlowscale';

const open = useFlowscale();

describe('a faulty event stream', () => {
	it('ends early after its first event', async () => {
		const client = await open({ runMs: 60_000 });
		const run = await client.start('Text to Image', { text_51536: 'x' });
		client.flowscale.fault({ on: 'events', kind: 'streamEndsEarly' });
		expect(brief(await follow(client, run.id))).toEqual(wholeLife.slice(0, 1));
		expect(run.state).toBe('running');
	});

	it('lies about a run that has not ended', async () => {
		const client = await open({ runMs: 60_000 });
		const run = await client.start('Text to Image', { text_51536: 'x' });
		client.flowscale.fault({ on: 'events', kind: 'streamLies' });
		expect(brief(await follow(client, run.id))).toEqual([
			'1 run_status queued',
			'3 run_status completed',
		]);
		expect(run.state).toBe('running');
	});

	it('repeats everything, twice, although the client has seen it', async () => {
		const client = await open();
		const run = await client.run('Text to Image', { text_51536: 'x' });
		client.flowscale.fault({ on: 'events', kind: 'streamRepeats' });
		const expected = wholeLife.flatMap((line) => [line, line]);
		expect(brief(await follow(client, run.id, { headers: { 'last-event-id': '4' } }))).toEqual(
			expected,
		);
	});

	it('falls silent and stays open when it stalls', async () => {
		const client = await open({ runMs: 20, keepAliveMs: 5 });
		const run = await client.start('Text to Image', { text_51536: 'x' });
		client.flowscale.fault({ on: 'events', kind: 'streamStall' });
		const stream = follow(client, run.id).then(
			() => 'ended',
			() => 'broken off',
		);
		await client.until(() => run.state === 'completed');
		expect(await Promise.race([stream, sleep(30).then(() => 'still open')])).toBe('still open');
		await client.flowscale.stop();
		expect(await stream).toBe('broken off');
	});
});
