import type { IDataObject } from 'n8n-workflow';
import { startTimer } from '../../../simulator/platform';
import type { JournalEntry } from '../../../simulator/journal';
import type { Flowscale, SimulatedRun } from '../../../simulator/flowscale/startFlowscale';
import { useFastTime } from '../../harness/fastTime';
import { openTinyDeployment, type TinyDeployment } from '../../harness/tinyDeployment';
import { outputOf } from '../../harness/runWorkflow';
import {
	type HarnessOptions,
	ownPrompt,
	quick,
	startOf,
	until,
	useHarness,
} from '../../harness/useHarness';

const harness = useHarness();
const one = [{ json: { group_id: 'poster' } }];
const linksOnly = { ...quick, download: false };
const START_MS = 1_700_000_000_000;
const going = (index: number) => ({
	groupId: 'poster',
	state: 'running' as const,
	createdAt: START_MS + index * 1_000,
	completedAt: null,
});

/** Group > Wait on a deployment whose runs of the group are all open. */
async function waiting(count: number, options: IDataObject = {}, more: HarnessOptions = {}) {
	const made = await harness(more);
	const runs = made.flowscale.addRuns(count, going);
	const node = made.node('group.wait', { options: { ...linksOnly, ...options } as never });
	const wait = async () => (await made.items(node, one)).map(({ json }) => json);
	return { ...made, runs, node, wait };
}

describe('Group > Wait', () => {
	test('a run that joins with the last one’s end, and is listed a second later, is waited for', async () => {
		const { flowscale, runs, wait } = await waiting(1, {}, { listLagMs: 600 });
		const waited = wait();
		startTimer(300, () => {
			// By its time it is listed 600 ms from now: between the two listings that see no open run.
			runs.push(...flowscale.addRuns(1, { ...going(0), createdAt: Date.now() }));
			flowscale.finish(runs[0].id);
			startTimer(1_500, () => flowscale.finish(runs[1].id));
		});
		expect((await waited).map(({ run_id, state }) => [run_id, state])).toEqual(
			runs.map(({ id }) => [id, 'succeeded']),
		);
	});

	test('runs that are cancelled by hand meanwhile end the wait, and are named', async () => {
		const { flowscale, runs, node, error } = await waiting(3);
		startTimer(200, () => {
			flowscale.finish(runs[0].id);
			flowscale.finish(runs[1].id, 'cancelled');
			flowscale.finish(runs[2].id, 'cancelled');
		});
		const { message } = await error(node, one);
		expect(message).toBe(
			`2 of 3 runs of group "poster" did not succeed: run ${runs[1].id} cancelled, run ${runs[2].id} cancelled`,
		);
	});

	test('a list whose every entry comes twice gives each run once', async () => {
		const { flowscale, runs, wait, requests } = await waiting(3);
		// The same objects again, as a merge of two replicas would list them.
		flowscale.runs.push(...runs);
		startTimer(150, () => runs.forEach(({ id }) => flowscale.finish(id)));
		expect((await wait()).map(({ run_id }) => run_id)).toEqual(runs.map(({ id }) => id));
		expect(requests('cancelRun')).toBe(0);
	});

	test('250 runs come out once each, in the order of start, though a run joins at every listing', async () => {
		const joined: SimulatedRun[] = [];
		const known: { flowscale?: Flowscale } = {};
		const onAnswer = ({ route }: JournalEntry) => {
			const { flowscale } = known;
			if (route !== 'listRuns' || flowscale === undefined || joined.length === 20) return;
			const createdAt = START_MS + (1_000 + joined.length) * 1_000;
			// Every other one has ended before anybody sees it.
			const isShort = joined.length % 2 === 0;
			const [run] = flowscale.addRuns(
				1,
				isShort ? { groupId: 'poster', createdAt } : { ...going(0), createdAt },
			);
			joined.push(run);
			if (!isShort) startTimer(40, () => flowscale.finish(run.id));
		};
		const { flowscale, runs, wait } = await waiting(250, {}, { onAnswer });
		known.flowscale = flowscale;
		const waited = wait();
		startTimer(100, () => runs.forEach(({ id }) => flowscale.finish(id)));
		const ids = (await waited).map(({ run_id }) => run_id);
		expect(ids.slice(0, 250)).toEqual(runs.map(({ id }) => id));
		expect(ids.slice(250)).toEqual(joined.slice(0, ids.length - 250).map(({ id }) => id));
		expect(new Set(ids).size).toBe(ids.length);
	}, 60_000);

	test('a group of another deployment is an error that says where to check', async () => {
		const made = await harness();
		made.flowscale.addRuns(2, { groupId: 'elsewhere' });
		const failure = await made.error(
			made.node('group.wait', { options: { ...linksOnly, timeout: 2 } as never }),
			one,
		);
		expect(failure.message).toContain('group "poster"');
		expect(failure.description).toMatch(/Group ID|Wait for the group again/);
	});

	test.each(['order 7/8', 'a&b=c', '100 %', 'größe 🦊', '"quoted"', '../..'])(
		'a group called %s is found',
		async (groupId) => {
			const made = await harness();
			const [run] = made.flowscale.addRuns(1, { groupId });
			made.flowscale.addRuns(1, { groupId: 'other' });
			const [{ json }] = await made.items(
				made.node('group.wait', { groupId, options: linksOnly as never }),
				one,
			);
			expect(json.run_id).toBe(run.id);
			const [counts] = await made.items(made.node('group.get', { groupId }), one);
			expect(counts.json).toMatchObject({ group_id: groupId, total: 1, finished: true });
		},
	);

	test('two items with the same group get the same runs, each linked to its item', async () => {
		const { flowscale, runs, node, items } = await waiting(2);
		startTimer(150, () => runs.forEach(({ id }) => flowscale.finish(id)));
		const got = await items(node, [...one, ...one]);
		expect(got.map(({ json, pairedItem }) => [json.run_id, pairedItem])).toEqual([
			[runs[0].id, { item: 0 }],
			[runs[1].id, { item: 0 }],
			[runs[0].id, { item: 1 }],
			[runs[1].id, { item: 1 }],
		]);
	});

	test('equal times of start keep the order of the list', async () => {
		const made = await harness();
		const runs = made.flowscale.addRuns(5, { groupId: 'poster', createdAt: START_MS });
		const node = made.node('group.wait', { options: linksOnly as never });
		const got = (await made.items(node, one)).map(({ json }) => json.run_id);
		expect([...got].sort()).toEqual(runs.map(({ id }) => id).sort());
		expect(got).toEqual((await made.items(node, one)).map(({ json }) => json.run_id));
	});

	test('a run without any output is an item without files', async () => {
		const made = await harness();
		const runs = made.flowscale.addRuns(2, (index) => ({
			groupId: 'poster',
			createdAt: START_MS + index,
			completedAt: START_MS + 5_000,
			...(index === 0 ? { outputs: [] } : {}),
		}));
		const got = await made.items(made.node('group.wait', { options: quick as never }), one);
		expect(got.map(({ json, binary }) => [json.run_id, Object.keys(binary ?? {})])).toEqual([
			[runs[0].id, []],
			[runs[1].id, ['data']],
		]);
	});

	test('file names of rows: slashes, emoji and dots are made safe, equal names stay per run', async () => {
		const made = await harness();
		made.flowscale.addRuns(2, (index) => ({ groupId: 'poster', createdAt: START_MS + index }));
		const named = async (fileName: string) =>
			(
				await made.items(made.node('group.wait', { options: { ...quick, fileName } as never }), one)
			).map(({ binary }) => binary?.data?.fileName);
		expect(await named('a/b\\c')).toEqual(['a_b_c.png', 'a_b_c.png']);
		expect(await named('Fuchs 🦊')).toEqual(['Fuchs 🦊.png', 'Fuchs 🦊.png']);
		for (const [name] of [await named('..'), await named('../../etc/passwd')])
			expect(name).not.toMatch(/[/\\]|^\.\.?$|^\.\./);
		expect(await named(' ')).toEqual([
			expect.stringMatching(/^filename_prefix/),
			expect.stringMatching(/^filename_prefix/),
		]);
	});

	test('Stop between the two listings ends the wait, and leaves runs that had ended alone', async () => {
		const made = await harness();
		made.flowscale.addRuns(2, { groupId: 'poster' });
		let stop = () => {};
		const execution = made.run(made.node('group.wait', { options: linksOnly as never }), one, {
			onStart: (started) => (stop = () => started.cancel()),
		});
		await until(() => made.requests('listRuns') === 1);
		stop();
		expect((await execution).status).toBe('canceled');
		expect(made.flowscale.runs.map(({ state }) => state)).toEqual(['completed', 'completed']);
	});

	describe('with time that passes faster', () => {
		useFastTime(20);

		test('runs without any output are waited for side by side', async () => {
			const { flowscale, wait } = await waiting(0);
			flowscale.addRuns(40, (index) => ({
				...going(index),
				state: 'completed',
				completedAt: Date.now(),
				outputs: [],
			}));
			expect(await wait()).toHaveLength(40);
			const checked = flowscale.journal.flatMap(({ route, runId }) =>
				route === 'getRun' ? [runId] : [],
			);
			// Each of them is checked a second time before one of them is for the third.
			expect(new Set(checked.slice(0, 40)).size).toBe(40);
		}, 60_000);
	});
});

describe('Group > Cancel', () => {
	test('a run that ends by itself in the same moment is no failure', async () => {
		const made = await harness();
		const runs = made.flowscale.addRuns(2, going);
		const late = {
			on: 'cancelRun',
			kind: 'status',
			status: 409,
			body: '{"detail":"Over"}',
		} as const;
		made.flowscale.fault({ ...late, match: ({ url }) => url.includes(runs[0].id), times: 9 });
		const cancelled = made.items(made.node('group.cancel'), one);
		await until(() => made.requests('cancelRun') === 2);
		made.flowscale.finish(runs[0].id);
		expect((await cancelled)[0].json).toMatchObject({ total: 2, cancelled: 1, not_cancelled: 1 });
	});

	test('runs of other groups stay, where the deployment ignores the filter', async () => {
		const tiny = await openTinyDeployment();
		try {
			const asked = await foreignGroup(tiny);
			expect(asked.filter((url) => url.includes('/cancel'))).toEqual(['/api/v1/runs/r1/cancel']);
		} finally {
			await tiny.close();
		}
	});
	async function foreignGroup(tiny: TinyDeployment) {
		const run = (id: string, group: string, status: string) => ({
			_id: id,
			group_id: group,
			status,
		});
		let isCancelled = false;
		tiny.says['/api/v1/runs'] = () => ({
			body: {
				status: 'success',
				data: {
					runs: [
						run('r1', 'poster', isCancelled ? 'cancelled' : 'running'),
						run('r2', 'other', 'running'),
					],
				},
			},
		});
		tiny.says['/api/v1/runs/r1/cancel'] = () => {
			isCancelled = true;
			return { body: { status: 'success', data: 'ok' } };
		};
		const made = await harness({ credential: () => ({ baseUrl: tiny.origin }) });
		await made.items(made.node('group.cancel'), one);
		return tiny.asked.map(({ url }) => url.split('?')[0]);
	}
});

describe('Start Timeout', () => {
	test('does not cancel a run that Reuse Run took from another execution, and says that it had not begun', async () => {
		const made = await harness({ containers: 1, runMs: 60_000 });
		const reused = {
			...startOf('image', ownPrompt, { ...linksOnly, reuseRun: 'sameInputs', startTimeout: 0.4 }),
			groupId: 'nightly',
		};
		const items = [{ json: { prompt: 'a' } }, { json: { prompt: 'b' } }];
		await made.items(made.node('workflow.execute', reused), items);
		const again = await made.run(
			made.node('workflow.executeAndWait', reused, { onError: 'continueRegularOutput' }),
			[items[1]],
			{ executionId: 'exec2' },
		);
		const [{ json }] = outputOf(again, 'Flowscale');
		expect(json.error).toContain('had not begun after 0.4 s');
		expect(made.requests('startRun')).toBe(2);
	});
});
