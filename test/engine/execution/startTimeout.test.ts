import { dialectChoices, openapiDialect, type Dialect } from '../../../simulator/flowscale/dialect';
import type { Flowscale } from '../../../simulator/flowscale/flowscaleOptions';
import { outputOf } from '../../harness/runWorkflow';
import { ownPrompt, quick, startOf, two, until, useHarness } from '../../harness/useHarness';

const harness = useHarness();

const START_TIMEOUT_S = 0.3;

/** Everything that changes what is read of a run that waits or works. */
const switches = [
	'start',
	'list',
	'pageSizes',
	'listEntries',
	'runIds',
	'records',
	'startTimes',
	'events',
	'timestamps',
	'cancel',
	'runTimeout',
] as const;
const oneWord = { queued: 'in_progress', running: 'in_progress' };
const dialects: Array<[string, Partial<Dialect>]> = [
	...switches.flatMap((name) =>
		dialectChoices[name]
			.slice(1)
			.map((way): [string, Partial<Dialect>] => [`${name}: ${String(way)}`, { [name]: way }]),
	),
	['the newest SDK readmes', {}],
	['one word for both', { words: oneWord }],
	['one word for both, without streams', { words: oneWord, events: 'none' }],
	['the dashboard’s records with one word', { records: 'dashboard', words: oneWord }],
	['words nobody knows', { words: { queued: 'parked', running: 'cooking' } }],
	['the vendor’s OpenAPI', openapiDialect],
];

/** The service was asked to cancel a run. */
const isCancelAsked = ({ journal }: Flowscale) =>
	journal.some(({ path }) => path.endsWith('/cancel'));

/** The runs were polled after the start timeout was over, which costs nothing but patience. */
const isPolledLate = ({ journal, runs }: Flowscale) =>
	runs.length === 2 &&
	journal.filter(
		({ at, method, status }) =>
			method === 'GET' && status === 200 && at > runs[1].createdAt + 2 * START_TIMEOUT_S * 1_000,
	).length > 2;

/**
 * Two runs on one container: the second waits in the queue for as long as the first works, which is
 * until `isTime`.
 */
async function play(dialect: Partial<Dialect>, isTime: (flowscale: Flowscale) => boolean) {
	const { node, run, flowscale } = await harness({ dialect, containers: 1, runMs: 60_000 });
	const options = { ...quick, download: false, startTimeout: START_TIMEOUT_S };
	const execution = run(
		node('workflow.executeAndWait', startOf('image', ownPrompt, options), {
			onError: 'continueRegularOutput',
		}),
		two,
	);
	await until(() => isTime(flowscale));
	for (const { id, state } of flowscale.runs)
		if (state === 'running' || isTime === isPolledLate) flowscale.finish(id);
	const done = await execution;
	const hints = done.data.resultData.runData.Flowscale[0].hints ?? [];
	const items = outputOf(done, 'Flowscale').map(({ json }) => json);
	return {
		states: flowscale.runs.map(({ state }) => state),
		errors: items.flatMap(({ error }) => (typeof error === 'string' ? [error] : [])),
		succeeded: items.filter(({ state }) => state === 'succeeded').length,
		hints: hints.map(({ message }) => message),
	};
}

const CANNOT = /^Start Timeout has no effect here/;

it.each(dialects)(
	'a run that has not begun in time is cancelled, and no other: %s',
	async (_, dialect) => {
		const { states, errors, succeeded, hints } = await play(dialect, isCancelAsked);
		expect(hints.filter((text) => CANNOT.test(text))).toEqual([]);
		expect(succeeded).toBe(1);
		// The run is read after a cancel that was refused, and may have ended by itself by then.
		const end =
			dialect.cancel === 'none'
				? /could not be cancelled|succeeded before its cancel took effect/
				: /was cancelled/;
		expect(errors).toEqual([expect.stringContaining('had not begun after 0.3 s')]);
		expect(errors[0]).toMatch(end);
		expect(states).toEqual([
			'completed',
			dialect.cancel === 'none' ? expect.any(String) : 'cancelled',
		]);
	},
	30_000,
);

it.each<[string, Partial<Dialect>]>([
	['one word, no times', { words: oneWord, startTimes: false }],
	['one word, no times, no streams', { words: oneWord, startTimes: false, events: 'none' }],
	[
		'the dashboard’s records, one word, no times',
		{ records: 'dashboard', words: oneWord, startTimes: false },
	],
])(
	'where neither a word nor a time tells a run in the queue, the option says so once and cancels nothing: %s',
	async (_, dialect) => {
		const { states, succeeded, hints } = await play(dialect, isPolledLate);
		expect(states).toEqual(['completed', 'completed']);
		expect(succeeded).toBe(2);
		expect(hints.filter((text) => CANNOT.test(text))).toHaveLength(1);
	},
	30_000,
);
