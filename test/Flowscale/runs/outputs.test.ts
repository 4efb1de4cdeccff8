import { type FailureFacts, ServiceError } from '../../../nodes/core/errors';
import type { Clock } from '../../../nodes/core/async/clock';
import type { KnownRun, Output } from '../../../nodes/core/runs/run';
import type { FlowscaleApi, OutputAnswer } from '../../../nodes/Flowscale/api/api';
import { findFreshLink } from '../../../nodes/core/files/freshLink';
import { askFor, completeOutputs, linkSourceOf } from '../../../nodes/Flowscale/runs/outputs';
import { fakeClock } from '../../harness/fakeClock';
import { aRun, endOf } from '../../harness/runs';

const linked = (filename: string, download_url = `https://s3.test/${filename}`): Output => ({
	filename,
	download_url,
	generation_status: 'success',
	mime_type: null,
});
const bare = (filename: string): Output => ({ filename, generation_status: null, mime_type: null });
const ready = (filename: string): OutputAnswer => ({ kind: 'ready', output: linked(filename) });
const done = (output_names: string[], outputs: Output[] = []): KnownRun =>
	aRun('r', { status: 'completed', output_names, outputs });

/** The parts of a session that outputs are read with; the service's clock is ours. */
const partsOf = (api: FlowscaleApi, clock: Clock, stop = new AbortController()) => ({
	api,
	clock,
	stop: stop.signal,
	transport: { serviceTime: (ms: number) => ms },
});

/**
 * What the output endpoint says of a name at each time it is asked, the last for ever; 'notYet' of
 * any other name.
 */
function outputHarness({
	says = {} as Record<string, Array<OutputAnswer['kind']>>,
	looks = [] as Array<KnownRun | null>,
	startMs = 0,
	/** Time that the answer to this look is on its way. */
	late = { look: 0, ms: 0 },
}) {
	const asked: string[] = [];
	let looked = 0;
	const api = {
		output: async (filename: string): Promise<OutputAnswer> => {
			const count = asked.push(filename) && asked.filter((name) => name === filename).length;
			const kinds = says[filename] ?? ['notYet'];
			const kind = kinds[Math.min(count, kinds.length) - 1];
			return kind === 'ready' ? ready(filename) : { kind };
		},
		run: async () => {
			const run = looks.length === 0 ? null : looks[Math.min(++looked, looks.length) - 1];
			if (looked === late.look) clock.block(late.ms);
			return run && { run, raw: {} };
		},
	} as unknown as FlowscaleApi;
	const clock = fakeClock({ startMs });
	const stop = new AbortController();
	const complete = async (run: KnownRun) => {
		const end = await endOf(completeOutputs(partsOf(api, clock, stop), run));
		return 'value' in end
			? {
					state: end.value.state,
					files: end.value.outputs.map(({ filename, download_url }) => [
						filename,
						download_url !== undefined,
					]),
				}
			: end;
	};
	return { api, clock, stop, asked, complete, looked: () => looked };
}

describe('the outputs of a run that succeeded', () => {
	it.each([
		['told whole by the run', done(['a'], [linked('a.png')]), {}, [['a.png', true]], []],
		[
			'named with the folder and told without',
			done(['posters/a'], [linked('a.png')]),
			{},
			[['a.png', true]],
			[],
		],
		[
			'named without the folder and told with it',
			done(['a'], [linked('posters/a_1.png')]),
			{},
			[['posters/a_1.png', true]],
			[],
		],
		[
			'of two folders',
			done(['one/a', 'two/a'], [linked('one/a.png'), linked('two/a.png')]),
			{},
			[
				['one/a.png', true],
				['two/a.png', true],
			],
			[],
		],
		['told without names', done([], [linked('a.png')]), {}, [['a.png', true]], []],
		[
			'only named, with extension in the answer',
			done(['a']),
			{ a: ['ready'] },
			[['a', true]],
			['a'],
		],
		[
			'without a link',
			done(['a'], [bare('a.png')]),
			{ 'a.png': ['ready'] },
			[['a.png', true]],
			['a.png'],
		],
		[
			'known without their extension only',
			done([], [bare('a.png')]),
			{ a: ['ready'] },
			[['a.png', true]],
			['a.png', 'a'],
		],
		[
			'a batch under one name',
			done(['a'], [linked('a_000001.png'), linked('a_000002.png')]),
			{},
			[
				['a_000001.png', true],
				['a_000002.png', true],
			],
			[],
		],
		[
			'two names, one the beginning of the other',
			done(['a', 'a_2'], [linked('a_2.png')]),
			{ a: ['ready'] },
			[
				['a', true],
				['a_2.png', true],
			],
			['a'],
		],
		[
			'one failed',
			done(['a', 'b'], [linked('a.png')]),
			{ b: ['failed'] },
			[
				['a.png', true],
				['b', false],
			],
			['b'],
		],
	] as const)('are complete when %s', async (_, run, says, files, names) => {
		const { complete, asked } = outputHarness({
			says: says as unknown as Record<string, Array<OutputAnswer['kind']>>,
		});
		expect(await complete(run)).toEqual({ state: 'succeeded', files });
		expect(asked).toEqual(names);
	});

	it('are waited for while the output endpoint lags behind', async () => {
		const { complete, clock } = outputHarness({
			says: { a: ['notYet', 'notYet', 'ready'] },
			looks: [done(['a'])],
		});
		expect(await complete(done(['a']))).toEqual({ state: 'succeeded', files: [['a', true]] });
		expect(clock.waits).toEqual([250, 500]);
	});

	it('that come with a later look are taken', async () => {
		const { complete } = outputHarness({ looks: [done([]), done(['a'], [linked('a.png')])] });
		expect(await complete(done([]))).toEqual({ state: 'succeeded', files: [['a.png', true]] });
	});

	it('that a run lists some seconds after its end, without naming them, are waited for', async () => {
		const { complete, clock } = outputHarness({
			looks: [done([]), done([]), done([]), done([]), done([], [linked('a.png')])],
		});
		expect(await complete(done([]))).toEqual({ state: 'succeeded', files: [['a.png', true]] });
		expect(clock.now()).toBe(7_750);
	});

	it.each([
		['that ended just now', null, 6],
		['that ended ten seconds ago', '1970-01-01T00:16:30Z', 5],
		['that ended an hour ago', '1970-01-01T00:00:00Z', 2],
	])(
		'may be none: that is believed of a run %s after some checks',
		async (_, completed_at, checks) => {
			const { complete, looked } = outputHarness({
				looks: [aRun('r', { status: 'completed', completed_at })],
				startMs: 1_000_000,
			});
			const run = aRun('r', { status: 'completed', completed_at });
			expect(await complete(run)).toEqual({ state: 'succeeded', files: [] });
			expect(looked()).toBe(checks);
		},
	);

	it('are looked for once more after an answer that was half a minute on its way', async () => {
		const { complete, looked } = outputHarness({
			looks: [done([]), done([]), done([], [linked('a.png')])],
			late: { look: 2, ms: 32_000 },
		});
		expect(await complete(done([]))).toEqual({ state: 'succeeded', files: [['a.png', true]] });
		expect(looked()).toBe(3);
	});

	it('that come while a check does not find the run are taken, however long ago it ended', async () => {
		const ended = { ...done([]), completed_at: '2020-01-01T00:00:00.000Z' };
		const { complete } = outputHarness({
			startMs: Date.UTC(2026, 0, 1),
			looks: [ended, null, { ...ended, outputs: [linked('a.png')] }],
		});
		expect(await complete(ended)).toMatchObject({ files: [['a.png', true]] });
	});

	it('that nobody could read since the run is not found any more are an error, not none', async () => {
		const ended = { ...done([]), completed_at: '2020-01-01T00:00:00.000Z' };
		const { complete } = outputHarness({ startMs: Date.UTC(2026, 0, 1), looks: [null] });
		expect(await complete(ended)).toMatchObject({
			message: 'Flowscale did not find the run when its outputs were read',
			error: { facts: { status: 404 } },
		});
	});

	it('stay when a later look forgets them', async () => {
		const { complete, asked } = outputHarness({
			says: { a: ['ready', 'notYet'], b: ['notYet', 'notYet', 'ready'] },
			looks: [done(['a', 'b'])],
		});
		expect(await complete(done(['a', 'b']))).toEqual({
			state: 'succeeded',
			files: [
				['a', true],
				['b', true],
			],
		});
		expect(asked.filter((name) => name === 'a')).toEqual(['a']);
	});

	it('do not unmake the run’s end: a later look that says otherwise', async () => {
		const { complete } = outputHarness({
			says: { a: ['notYet', 'ready'] },
			looks: [aRun('r', { status: 'running', output_names: ['a'] })],
		});
		expect(await complete(done(['a']))).toEqual({ state: 'succeeded', files: [['a', true]] });
	});

	it.each([
		['the only one', done(['a']), [['a', false]]],
		[
			'one of two',
			done(['a', 'b'], [linked('b.png')]),
			[
				['a', false],
				['b.png', true],
			],
		],
		['listed without a link', done(['a'], [bare('a.png')]), [['a.png', false]]],
	])('are waited for 16 s and then named as missing: %s', async (_, run, files) => {
		const { complete, clock, api, stop } = outputHarness({ looks: [run] });
		expect(await complete(run)).toEqual({ state: 'succeeded', files });
		expect(clock.now()).toBe(15_750);
		const { outputs } = await completeOutputs(partsOf(api, clock, stop), run);
		expect(outputs.map((output) => output.generation_status)).toEqual(
			files.map(([, isThere]) => (isThere ? 'success' : 'missing')),
		);
	});

	it('that come late are waited for though others are there', async () => {
		const run = done(['a', 'b'], [linked('a.png')]);
		const { complete, clock } = outputHarness({
			says: { b: ['notYet', 'notYet', 'notYet', 'notYet', 'notYet', 'ready'] },
			looks: [run],
		});
		expect(await complete(run)).toEqual({
			state: 'succeeded',
			files: [
				['a.png', true],
				['b', true],
			],
		});
		expect(clock.now()).toBe(7_750);
	});

	it.each([
		['without', ['a', 'b'], ['a.png', 'b.png']],
		['as a batch, without', ['a', 'b'], ['a_000001.png', 'a_000002.png', 'b.png']],
		['with', ['a.png', 'b.png'], ['a_000001.png', 'b.png']],
		['in a folder, without', ['x/a', 'x/b'], ['a.png', 'b.png']],
		['with an accent and without', ['caf\u00e9', 'b'], ['cafe\u0301.png', 'b.png']],
		['in a folder with an accent, without', ['e\u0301/a', 'b'], ['\u00e9/a.png', 'b.png']],
	])(
		'named %s extension are not counted twice when the run lists them later',
		async (_, names, filenames) => {
			const { complete } = outputHarness({
				says: { [names[0]]: ['ready'] },
				looks: [
					done(
						names,
						filenames.map((filename) => linked(filename)),
					),
				],
			});
			expect(await complete(done(names))).toEqual({
				state: 'succeeded',
				files: filenames.map((filename) => [filename, true]),
			});
		},
	);

	it('of a run that lists one of two folders first are both there', async () => {
		const [one, two] = [
			linked('out.png', 'https://s3/x/out.png'),
			linked('out.png', 'https://s3/y/out.png'),
		];
		const { complete } = outputHarness({ looks: [done(['c'], [one, two, linked('c.png')])] });
		expect(await complete(done(['c'], [one]))).toMatchObject({
			files: [
				['c.png', true],
				['out.png', true],
				['out.png', true],
			],
		});
	});

	it('of a thousand files are matched to a thousand names at once', async () => {
		const names = Array.from({ length: 4_000 }, (_, i) => `prefix_${i}_${'A'.repeat(10)}`);
		const { complete, clock } = outputHarness({});
		const { files } = (await complete(
			done(
				names,
				names.map((name) => linked(`${name}.png`)),
			),
		)) as { files: unknown[] };
		expect([files.length, clock.waits]).toEqual([4_000, []]);
	});

	it('answered with 408 mean that the run timed out', async () => {
		expect(await outputHarness({ says: { a: ['timedOut'] } }).complete(done(['a']))).toMatchObject({
			state: 'timed_out',
		});
	});

	it('are not waited for after a stop', async () => {
		const { complete, clock, stop } = outputHarness({ looks: [done(['a'])] });
		clock.at(300, () => stop.abort());
		expect(await complete(done(['a']))).toMatchObject({ kind: 'ExecutionCancelledError' });
		expect(clock.now()).toBeLessThan(1_000);
	});
});

describe('an output by its name', () => {
	it.each([
		['as named', 'a.png', { 'a.png': ['ready'] }, 'ready', ['a.png']],
		['without extension', 'a.png', { a: ['ready'] }, 'ready', ['a.png', 'a']],
		['that failed', 'a.png', { 'a.png': ['failed'] }, 'failed', ['a.png']],
		['whose run timed out', 'a.png', { 'a.png': ['timedOut'] }, 'timedOut', ['a.png']],
		['that nobody knows', 'a', {}, 'notYet', ['a']],
	])('%s', async (_, name, says, kind, names) => {
		const { api, asked } = outputHarness({
			says: says as Record<string, Array<OutputAnswer['kind']>>,
		});
		expect([(await askFor(api, name)).kind, asked]).toEqual([kind, names]);
	});
});

describe('a fresh link', () => {
	it('comes from the output endpoint', async () => {
		const { api } = outputHarness({ says: { 'a.png': ['ready'] } });
		expect(await findFreshLink(linkSourceOf(api), done([]), linked('a.png', 'https://old'))).toBe(
			'https://s3.test/a.png',
		);
	});
	it('comes from the run where the endpoint has none', async () => {
		const { api } = outputHarness({ looks: [done([], [linked('a.png', 'https://new')])] });
		const old = linked('a.png', 'https://old');
		expect(await findFreshLink(linkSourceOf(api), done([], [old]), old)).toBe('https://new');
	});
	it('may be the old one, which the service still gives', async () => {
		const old = linked('a.png', 'https://old');
		const { api } = outputHarness({ looks: [done([], [old])] });
		expect(await findFreshLink(linkSourceOf(api), done([], [old]), old)).toBe('https://old');
	});
	it('is none when the run is gone', async () => {
		const { api } = outputHarness({});
		expect(
			await findFreshLink(linkSourceOf(api), done([]), linked('a.png', 'https://old')),
		).toBeUndefined();
	});
});

describe('an output endpoint that fails', () => {
	const failingWith = (facts: FailureFacts, looks: KnownRun[] = []) => {
		const made = outputHarness({ looks });
		let asked = 0;
		const output = async () => {
			asked++;
			return await Promise.reject(new ServiceError(`HTTP ${facts.status}`, facts));
		};
		const api = { ...made.api, output } as FlowscaleApi;
		return { ...made, api, asked: () => asked };
	};
	const refused = { status: 401, isRetryable: false };
	const busy = { status: 503, isRetryable: true };

	it.each([
		['is the reason where nothing is there', refused, 1],
		['for now is tried until patience ends', busy, 7],
	])('%s', async (_, facts, times) => {
		const { api, clock, asked } = failingWith(facts, [done(['a'])]);
		expect(await endOf(completeOutputs(partsOf(api, clock), done(['a'])))).toMatchObject({
			message: `HTTP ${facts.status}`,
		});
		expect(asked()).toBe(times);
	});

	it.each([refused, busy])('takes no other output with it: %j', async (facts) => {
		const run = done(['a', 'b'], [linked('a.png')]);
		const { api, clock } = failingWith(facts, [run]);
		const { outputs } = await completeOutputs(partsOf(api, clock), run);
		expect(outputs.map((output) => output.generation_status)).toEqual(['success', 'missing']);
	});

	it('is not needed where the run lists the output itself later', async () => {
		const run = done(['a', 'b'], [linked('a.png')]);
		const later = done(['a', 'b'], [linked('a.png'), linked('b.png')]);
		const { api, clock } = failingWith(busy, [run, later]);
		const { outputs } = await completeOutputs(partsOf(api, clock), run);
		expect(outputs.map(({ filename }) => filename)).toEqual(['a.png', 'b.png']);
	});
});
