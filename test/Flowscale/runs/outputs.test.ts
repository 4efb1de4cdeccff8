import { ServiceError } from '../../../nodes/core/errors';
import type { KnownRun, Output } from '../../../nodes/core/runs/run';
import type { FlowscaleApi, OutputAnswer } from '../../../nodes/Flowscale/api/api';
import { askFor, completeOutputs, freshLink } from '../../../nodes/Flowscale/runs/outputs';
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

/** What the output endpoint says of a name at each time it is asked, the last for ever; 'notYet' of any other name. */
function outputHarness({
	says = {} as Record<string, Array<OutputAnswer['kind']>>,
	looks = [] as Array<KnownRun | null>,
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
			return run && { run, raw: {} };
		},
	} as unknown as FlowscaleApi;
	const clock = fakeClock();
	const stop = new AbortController();
	const complete = async (run: KnownRun) => {
		const end = await endOf(completeOutputs(api, run, clock, stop.signal));
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
		expect(clock.waits).toEqual([0, 250, 500]);
	});

	it('that come with a later look are taken', async () => {
		const { complete } = outputHarness({ looks: [done([]), done(['a'], [linked('a.png')])] });
		expect(await complete(done([]))).toEqual({ state: 'succeeded', files: [['a.png', true]] });
	});

	it('may be none: two more looks, then that is believed', async () => {
		const { complete, looked } = outputHarness({ looks: [done([])] });
		expect(await complete(done([]))).toEqual({ state: 'succeeded', files: [] });
		expect(looked()).toBe(2);
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

	it('are given without the one that never comes, where others are there', async () => {
		const { complete } = outputHarness({ looks: [done(['a', 'b'], [linked('a.png')])] });
		expect(await complete(done(['a', 'b'], [linked('a.png')]))).toEqual({
			state: 'succeeded',
			files: [['a.png', true]],
		});
	});

	it('that never come are an error with the run, not an empty result', async () => {
		const { complete } = outputHarness({ looks: [done(['a'])] });
		expect(await complete(done(['a']))).toMatchObject({
			message: 'Run r succeeded, but its output a is not there',
			error: { facts: { runId: 'r' } },
		});
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
		expect(await freshLink(api, done([]), linked('a.png', 'https://old'))).toBe(
			'https://s3.test/a.png',
		);
	});
	it('comes from the run where the endpoint has none', async () => {
		const { api } = outputHarness({ looks: [done([], [linked('a.png', 'https://new')])] });
		expect(await freshLink(api, done([]), linked('a.png', 'https://old'))).toBe('https://new');
	});
	it.each([
		['the run tells the old one', [done([], [linked('a.png', 'https://old')])]],
		['the run is gone', []],
	])('is none when %s', async (_, looks) => {
		expect(
			await freshLink(outputHarness({ looks }).api, done([]), linked('a.png', 'https://old')),
		).toBeUndefined();
	});
});

it('hands a failure of the output endpoint on', async () => {
	const { api, clock } = outputHarness({});
	const failing = {
		...api,
		output: async () => await Promise.reject(new ServiceError('HTTP 401', { status: 401 })),
	} as FlowscaleApi;
	expect(await endOf(completeOutputs(failing, done(['a']), clock))).toMatchObject({
		message: 'HTTP 401',
	});
});
