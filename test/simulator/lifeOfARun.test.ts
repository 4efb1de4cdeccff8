import { sleep } from '../../simulator/platform';
import { useFlowscale } from '../harness/useFlowscale';

const open = useFlowscale();

describe('a run', () => {
	it('passes through queued, running and completed while the containers are busy', async () => {
		// Ended by hand: on a busy machine a run of some milliseconds is over before it is looked at.
		const { start, get, until, flowscale } = await open({ containers: 1, runMs: 60_000 });
		const [first, second] = [
			await start('Text to Image', { text_51536: 'one' }),
			await start('Text to Image', { text_51536: 'two' }),
		];

		expect([first.state, second.state]).toEqual(['running', 'queued']);
		expect(await get(`/runs/${second.id}`)).toMatchObject({
			json: {
				data: {
					status: 'queued',
					output_names: [],
					outputs: [],
					started_at: null,
					completed_at: null,
				},
			},
		});

		flowscale.finish(first.id);
		await until(() => second.state === 'running');
		flowscale.finish(second.id);
		expect(second.state).toBe('completed');
		expect(first.completedAt).not.toBeNull();
		expect(second.startedAt).toBeGreaterThanOrEqual(first.completedAt ?? Infinity);
	});

	it('waits its turn: first come, first served', async () => {
		const { start, flowscale } = await open({ containers: 1, runMs: 60_000 });
		const [first, second, third] = [
			await start('Failing'),
			await start('Failing'),
			await start('Failing'),
		];
		flowscale.finish(first.id);
		expect([second.state, third.state]).toEqual(['running', 'queued']);
	});

	it('shows its inputs, outputs and times when it is over', async () => {
		const { run, get } = await open({ dialect: { timestamps: 'millis' } });
		const done = await run(
			'Text to Image',
			{ text_51536: 'a lighthouse', seed_51537: '7' },
			'my group',
		);

		const [output] = done.outputs;
		expect((await get(`/runs/${done.id}`)).json).toEqual({
			status: 'success',
			data: {
				_id: done.id,
				team_id: 'team_123',
				workflow_id: '550e8400-e29b-41d4-a716-446655440000',
				group_id: 'my group',
				status: 'completed',
				inputs: [
					{ path: 'text_51536', value: 'a lighthouse', s3_key: null, url: null },
					{ path: 'seed_51537', value: '7', s3_key: null, url: null },
				],
				output_names: [output.name],
				outputs: [
					{
						filename: `${output.name}.png`,
						s3_key: `generations/${done.id}/${output.name}.png`,
						url: expect.stringMatching(
							/^http:\/\/127\.0\.0\.1:\d+\/generations\/.*X-Amz-Signature=/,
						),
					},
				],
				created_at: new Date(done.createdAt).toISOString(),
				started_at: new Date(done.startedAt ?? 0).toISOString(),
				completed_at: new Date(done.completedAt ?? 0).toISOString(),
			},
		});
		expect(output.name).toMatch(/^filename_prefix_58358_[A-Z0-9]{10}$/);
	});

	it('of the failing workflow fails and says why', async () => {
		const { run, get } = await open();
		const failed = await run('Failing');
		expect(await get(`/runs/${failed.id}`)).toMatchObject({
			json: {
				data: {
					status: 'failed',
					outputs: [],
					error: 'CUDA out of memory. Tried to allocate 2.00 GiB',
				},
			},
		});
	});

	it('works as long as its duration input says', async () => {
		const { start, flowscale } = await open({ runMs: 1 });
		const slow = await start('Slow', { duration_10002: '60000' });
		await sleep(30);
		expect(slow.state).toBe('running');
		flowscale.finish(slow.id);
		expect(slow.state).toBe('completed');
	});

	it('that exceeds the time limit stays running and answers 408 at the output endpoint', async () => {
		const { run, get } = await open({ runMs: 10_000, runTimeoutMs: 20 });
		const late = await run('Text to Image', { text_51536: 'late' });
		expect(late.state).toBe('timeout');
		expect(await get(`/runs/${late.id}`)).toMatchObject({
			json: { data: { status: 'running', completed_at: null } },
		});
		expect(await get(`/runs/output?filename=${late.outputs[0].name}`)).toMatchObject({
			status: 408,
			json: { errors: 'Run Timeout' },
		});
	});

	it('is unchanged by being looked at', async () => {
		const { start, get } = await open({ runMs: 60_000 });
		const looked = await start('Text to Image', { text_51536: 'look' });
		const before = JSON.stringify(looked);
		for (const path of [
			`/runs/${looked.id}`,
			'/runs',
			`/runs/output?filename=${looked.outputs[0].name}`,
			'/comfy/queue',
		])
			await get(path);
		expect(JSON.stringify(looked)).toBe(before);
	});

	it.each([
		['completed', [expect.anything()]],
		['failed', []],
		['cancelled', []],
	] as const)('that a test ends as %s frees its container for the next', async (how, outputs) => {
		const { start, get, flowscale } = await open({ containers: 1, runMs: 60_000 });
		const [first, second] = [await start('Failing'), await start('Failing')];
		flowscale.finish(first.id, how);
		expect(second.state).toBe('running');
		expect(await get(`/runs/${first.id}`)).toMatchObject({
			json: { data: { status: how, outputs } },
		});
	});
});
