import { ServiceError } from '../../../nodes/core/errors';
import { type SuspendedPlan, suspendedHarness } from './suspendedHarness';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const patient = { timeout: 0 };
const failing = { takesMs: 5 * MINUTE, status: 'failed' };

const stateOf = ({
	items,
	error,
}: {
	items?: Array<{ json: { state?: unknown; error?: unknown } }>;
	error?: string;
}) => items?.map(({ json }) => json.state ?? json.error) ?? error;

describe('a run of two hours', () => {
	const play = async (options = patient) => {
		const harness = suspendedHarness({ items: [[{ takesMs: 2 * HOUR }]], options });
		return { ...harness, ...(await harness.play()) };
	};

	it('costs 40 requests at most, from the start to its end', async () => {
		const { looks, items } = await play();
		expect(items?.map(({ json }) => json.state)).toEqual(['succeeded']);
		expect(looks.length).toBe(35);
	});

	it('is looked at for a minute, and then after pauses from one minute to fifteen', async () => {
		const { looks, runs } = await play();
		const resumes = [
			...new Set(looks.map((ms) => Math.round((ms - runs[0].startedMs) / 1_000))),
		].filter((s) => s > 60);
		const pauses = resumes.map((s, i) => s - (resumes[i - 1] ?? 60));
		expect(looks.filter((ms) => ms <= runs[0].startedMs + MINUTE)).toHaveLength(13);
		expect(pauses).toHaveLength(19);
		expect([Math.min(...pauses), Math.max(...pauses)].map((s) => Math.round(s / 10))).toEqual([
			6, 90,
		]);
	});

	it('is noticed one pause after its end at the latest', async () => {
		const { endMs, runs } = await play();
		expect(endMs - runs[0].endsMs).toBeLessThanOrEqual(15 * MINUTE);
	});
});

it('items that wait for a slot do not shorten the pauses of a long run', async () => {
	const items = [[{ takesMs: 2 * HOUR }], [{ takesMs: 1_000 }]];
	const { play, looks } = suspendedHarness({ items, options: { timeout: 0, maxConcurrent: 1 } });
	expect(stateOf(await play())).toEqual(['succeeded', 'succeeded']);
	expect(looks.length).toBeLessThan(50);
});

it.each([
	['idle', 0],
	['busy', 2],
])('a resume of 100 runs costs one listing alone on a server that is %s', async (_, readMs) => {
	const items = Array.from({ length: 100 }, () => [{ takesMs: HOUR }]);
	const { play, looks } = suspendedHarness({
		items,
		options: { timeout: 0, maxConcurrent: 100, pollInterval: 2 },
		canVerify: false,
		readMs,
	});
	const { resumes } = await play();
	const afterTheFirst = looks.filter((ms) => ms > looks[0] + MINUTE + 10_000);
	expect(afterTheFirst.length).toBeLessThanOrEqual(resumes + 1);
});

it.each([
	['idle', 0],
	['busy', 2],
])(
	'runs that ended in earlier resumes are read in one listing on a server that is %s',
	async (_, readMs) => {
		const items = Array.from({ length: 100 }, (_run, index) => [
			{ takesMs: index % 2 === 0 ? 10 * MINUTE : 2 * MINUTE },
		]);
		const { play, looks } = suspendedHarness({
			...{ items, readMs, canVerify: false },
			options: { timeout: 0, maxConcurrent: 100 },
		});
		const { items: ended, endMs } = await play();
		expect(ended).toHaveLength(100);
		expect(looks.filter((ms) => ms > endMs - 30_000)).toHaveLength(2);
	},
);

describe('nothing is started twice', () => {
	it.each<[string, Partial<SuspendedPlan>]>([
		['whose seed is random at each resume', { textOf: String }],
		['when each look takes longer than a resume should', { lookMs: 8_000 }],
		[
			'where n8n’s crash recovery has written another record of the node’s runs',
			{ runsOnRecord: 7 },
		],
	])('%s', async (_, plan) => {
		const { play, runs, left } = suspendedHarness({
			items: [[{ takesMs: 10 * MINUTE }], [{ takesMs: 4 * MINUTE }]],
			options: patient,
			...plan,
		});
		expect(stateOf(await play())).toEqual(['succeeded', 'succeeded']);
		expect(runs.map(({ item }) => item)).toEqual([0, 1]);
		expect(left()).toEqual([]);
	});

	it('for sixty items of which ten may go at a time, and those that have ended are left alone until all have', async () => {
		const items = Array.from({ length: 60 }, () => [{ takesMs: 2 * MINUTE }]);
		const { play, runs, looks } = suspendedHarness({
			items,
			options: { timeout: 180 },
			lookMs: 500,
		});
		const { items: done, resumes } = await play();
		expect(done?.map(({ json, pairedItem }) => [json.state, pairedItem])).toEqual(
			items.map((_, item) => ['succeeded', { item }]),
		);
		expect(runs).toHaveLength(60);
		expect(looks.length).toBeLessThanOrEqual(13 + 4 * resumes);
	});
});

describe('Retry On Fail', () => {
	it.each([2, 3])(
		'starts a run that fails again and again %d times in all, however many resumes there are',
		async (maxTries) => {
			const { play, runs } = suspendedHarness({
				items: [[failing]],
				options: patient,
				node: { retryOnFail: true, maxTries },
			});
			expect(stateOf(await play())).toContain('failed');
			expect(runs).toHaveLength(maxTries);
		},
	);

	it.each([2, 3])(
		'starts it %d times in all, too, where the node continues on errors and hands the failure out',
		async (maxTries) => {
			const { play, runs } = suspendedHarness({
				items: [[failing]],
				options: patient,
				node: { retryOnFail: true, maxTries },
				isTolerant: true,
			});
			expect(stateOf(await play())).toEqual([expect.stringContaining('failed')]);
			expect(runs).toHaveLength(maxTries);
		},
	);

	it('starts a run anew that failed, gives it the whole timeout, and lets the other go on', async () => {
		const { play, runs } = suspendedHarness({
			items: [[failing, { takesMs: 5 * MINUTE }], [{ takesMs: 7 * MINUTE }]],
			options: { timeout: 480 },
			node: { retryOnFail: true },
		});
		expect(stateOf(await play())).toEqual(['succeeded', 'succeeded']);
		expect(runs.map(({ item }) => item)).toEqual([0, 1, 0]);
	});
});

it('a try whose failure is certain starts no run for an item that finds a free slot', async () => {
	const { play, runs, cancelled } = suspendedHarness({
		items: [[{ takesMs: 62_000 }], [{ takesMs: HOUR }], [{ takesMs: HOUR }]],
		options: { timeout: 90, maxConcurrent: 2, cancelRemote: 'onStopOrTimeout' },
		node: { retryOnFail: true, maxTries: 2 },
	});
	expect((await play()).error).toContain('was cancelled here when its time was up');
	expect([runs.map(({ item }) => item), cancelled]).toEqual([[0, 1], ['r2']]);
});

describe('n8n’s retry by hand', () => {
	it('starts the failed run anew, once: when it fails later, that is told', async () => {
		const { play, retry, runs } = suspendedHarness({
			items: [[failing], [{ takesMs: 7 * MINUTE }]],
			options: patient,
		});
		const { error } = await play();
		expect(error).toMatch(/^The run failed.*r1/);
		expect((await retry()).error).toMatch(/^The run failed.*r3/);
		expect(runs.map(({ item }) => item)).toEqual([0, 1, 0]);
	});
});

describe('a failure', () => {
	it('ends the node at once, however long the others take', async () => {
		const { play, runs } = suspendedHarness({
			items: [[{ takesMs: 5 * HOUR }], [failing]],
			options: patient,
		});
		const { error, endMs } = await play();
		expect(error).toMatch(/^The run failed.*r2/);
		expect(endMs - runs[1].endsMs).toBeLessThan(2 * MINUTE);
	});

	it('is an item among the others where the node continues', async () => {
		const { play } = suspendedHarness({
			items: [[{ takesMs: 8 * MINUTE }], [failing], [{ takesMs: 1_000 }]],
			options: patient,
			isTolerant: true,
		});
		expect(stateOf(await play())).toEqual([
			'succeeded',
			expect.stringMatching(/^The run failed.*r2/),
			'succeeded',
		]);
	});
});

describe('a resume in the middle of n8n’s start, which may write over what is saved meanwhile', () => {
	/** Suspended after a minute, for a minute; n8n starts again `beforeMs` before that is over. */
	const playWithRestart = async (beforeMs: number, plan: Partial<SuspendedPlan> = {}) => {
		const harness = suspendedHarness({ items: [[{ takesMs: 90_000 }]], options: patient, ...plan });
		harness.clock.at(harness.clock.now() + 2 * MINUTE - beforeMs, harness.clock.restart);
		return { ...harness, ...(await harness.play()) };
	};

	it.each([
		['15 seconds at least', 5_000, 15],
		['as long again as the start took so far', 40_000, 40],
		['not at all once the start is over', 2 * MINUTE, 0],
	])('holds %s, and then gives what came out', async (_, beforeMs, heldSeconds) => {
		const { items, endMs, runs } = await playWithRestart(beforeMs);
		expect(stateOf({ items })).toEqual(['succeeded']);
		expect(Math.round((endMs - runs[0].startedMs) / 1_000)).toBe(120 + heldSeconds);
	});

	it('does not hold when a callback wakes it, which only an n8n that has started can receive', async () => {
		const { endMs, runs } = await playWithRestart(30_000, { wokenAfterMs: 40_000 });
		expect(Math.round((endMs - runs[0].startedMs) / 1_000)).toBe(100);
	});
});

describe('Timeout', () => {
	it('holds over suspensions, and the run is cancelled', async () => {
		const { play, runs, cancelled } = suspendedHarness({
			items: [[{ takesMs: HOUR }]],
			options: { timeout: 1_000, cancelRemote: 'onStopOrTimeout' },
		});
		const { error, endMs } = await play();
		expect(error).toContain('did not end within');
		expect(Math.abs(endMs - runs[0].startedMs - 1_000_000)).toBeLessThan(10_000);
		expect(cancelled).toEqual(['r1']);
	});

	it('stays the failure of its item, though the item cannot be read any more in a later resume', async () => {
		const { play } = suspendedHarness({
			items: [1_000, HOUR, 1_000].map((takesMs) => [{ takesMs }]),
			options: { timeout: 90, maxConcurrent: 1 },
			isTolerant: true,
			onRead: (_, index, resumes) => {
				if (index === 1 && resumes > 0) throw new Error('The binary data is gone');
			},
		});
		const { items, resumes } = await play();
		expect(resumes).toBeGreaterThan(0);
		expect(items?.[1].json.error).toContain('did not end within');
	});

	it('is each run’s own, from its start', async () => {
		const { play } = suspendedHarness({
			items: [[{ takesMs: 30 * MINUTE }], [{ takesMs: 30 * MINUTE }]],
			options: { timeout: 2_400, maxConcurrent: 1 },
		});
		expect(stateOf(await play())).toEqual(['succeeded', 'succeeded']);
	});
});

describe('Stop cancels what was started before, in a resume', () => {
	const items = Array.from({ length: 5 }, () => [{ takesMs: HOUR }]);
	const options = { timeout: 0, maxConcurrent: 3 };

	it.each([
		['while the items are read', 'options.timeout', 1],
		['while the items begin', 'start', 0],
		['while the last of them begins', 'start', 2],
	])('%s', async (_, parameter, item) => {
		const harness = suspendedHarness({
			items,
			options,
			onRead: (name, index, resumes) => {
				if (resumes !== 2 || name !== parameter) return;
				if (index === item) harness.stop();
				// Other items get a turn meanwhile, as they do on a busy server.
				harness.clock.block(20);
			},
		});
		expect((await harness.play()).error).toContain('canceled');
		expect(harness.cancelled.sort()).toEqual(['r1', 'r2', 'r3']);
		expect(harness.runs).toHaveLength(3);
	});

	it('before it does anything, during the start of n8n', async () => {
		const harness = suspendedHarness({ items, options });
		const { clock } = harness;
		clock.at(clock.now() + 2 * MINUTE - 5_000, clock.restart);
		clock.at(clock.now() + 2 * MINUTE + 5_000, harness.stop);
		expect((await harness.play()).error).toContain('canceled');
		expect(harness.cancelled.sort()).toEqual(['r1', 'r2', 'r3']);
	});

	it.each([
		['in the first minute', 0, MINUTE],
		['in a resume', 2, 3_000],
	])('while the polling of one item after the other ends, %s', async (_, at, windowMs) => {
		const harness = suspendedHarness({
			items,
			options,
			onRead: (name, index, resumes) => {
				if (resumes !== at || name !== 'start' || index !== 0) return;
				const { clock } = harness;
				const now = clock.now;
				const endsMs = now() + windowMs;
				clock.at(endsMs + 6, harness.stop);
				// A server that needs some milliseconds for each item.
				clock.now = () => {
					if (now() >= endsMs) clock.block(4);
					return now();
				};
			},
		});
		expect((await harness.play()).error).toContain('canceled');
		expect(harness.cancelled.sort()).toEqual(['r1', 'r2', 'r3']);
	});

	it.each([
		['Stop', 'onStop', ['r2', 'r3']],
		['nobody', 'never', []],
	])(
		'whose poll window was over when the Timeout of another item ended the node: %s, by %s',
		async (_, cancelRemote, expected) => {
			const harness = suspendedHarness({
				items: [{ takesMs: MINUTE / 2 }, { takesMs: HOUR }, { takesMs: HOUR }].map((run) => [run]),
				options: { timeout: 120, maxConcurrent: 2, cancelRemote },
			});
			const { clock, cancelled, stop } = harness;
			expect((await harness.play()).error).toContain('The run did not end within 120 s');
			// Between two tries of Retry On Fail.
			await clock.pause(1_000);
			expect(cancelled).toEqual([]);
			stop();
			await clock.pause(1_000);
			expect(cancelled.sort()).toEqual(expected);
		},
	);

	it('only where Cancel Remote says so', async () => {
		const harness = suspendedHarness({
			items,
			options: { ...options, cancelRemote: 'never' },
			onRead: (name, _, resumes) => resumes === 2 && name === 'options.timeout' && harness.stop(),
		});
		expect((await harness.play()).error).toContain('canceled');
		expect([harness.cancelled, harness.runs.length]).toEqual([[], 3]);
	});
});

it.each([
	['was refused, is tried again by Stop', true, ['r1', 'r1', 'r2']],
	['was accepted, is not', false, ['r1', 'r2']],
])('the cancel by Timeout that %s after a further suspension', async (_, isRefused, expected) => {
	const harness = suspendedHarness({
		items: [[{ takesMs: 10 * HOUR }], [{ takesMs: 10 * HOUR }]],
		options: { timeout: 200, maxConcurrent: 1, cancelRemote: 'onStopOrTimeout' },
		isTolerant: true,
		refuseCancel: () =>
			isRefused ? new ServiceError('Flowscale answered HTTP 409', { status: 409 }) : undefined,
		onRead: () =>
			harness.runs.length === 2 &&
			harness.clock.now() > harness.runs[1].startedMs + MINUTE &&
			harness.stop(),
	});
	expect((await harness.play()).error).toContain('canceled');
	expect(harness.cancelled.sort()).toEqual(expected);
});

it('Stop cancels the runs of a first try that the next one has not waited for again when it was suspended', async () => {
	const harness = suspendedHarness({
		items: Array.from({ length: 3 }, () => [{ takesMs: 10 * HOUR }]),
		options: { timeout: 90, maxConcurrent: 1 },
		node: { retryOnFail: true, maxTries: 2 },
		isTolerant: true,
		isStopLast: true,
		onRead: () => {
			// The Timeout of the third run has ended the first try; this is the first resume of the second.
			const last = harness.runs.at(2)?.startedMs ?? Number.POSITIVE_INFINITY;
			if (harness.clock.now() > last + 2 * MINUTE) harness.stop();
		},
	});
	expect((await harness.play()).error).toContain('canceled');
	expect([harness.cancelled.sort(), harness.runs.length]).toEqual([['r1', 'r2', 'r3'], 3]);
});

it('Stop names the unclear start of a first try that the next one has not come to when it was suspended', async () => {
	const harness = suspendedHarness({
		items: [[{ takesMs: 10 * HOUR }], []],
		options: { timeout: 200, maxConcurrent: 1 },
		node: { retryOnFail: true, maxTries: 2 },
		isTolerant: true,
		isStopLast: true,
		lost: [1],
		onRead: () => {
			// The Timeout of the first run has ended the first try; this is a resume of the second.
			const first = harness.runs.at(0)?.startedMs ?? Number.POSITIVE_INFINITY;
			if (harness.clock.now() > first + 300_000) harness.stop();
		},
	});
	expect((await harness.play()).error).toContain('canceled');
	expect(harness.cancelled).toEqual(['r1']);
	expect(harness.warned).toEqual([
		expect.stringContaining('The run may have started, and was not started again.'),
	]);
});

describe('an item that cannot be read any more in a resume', () => {
	const items = Array.from({ length: 3 }, () => [{ takesMs: HOUR }]);
	const failsFor = (wanted: number, last = Number.POSITIVE_INFINITY) => ({
		onRead: (_: string, index: number, resumes: number) => {
			if (index === wanted && resumes > 0 && resumes <= last) throw new Error('The seed is gone.');
		},
	});

	it('names its run in its error', async () => {
		const { play } = suspendedHarness({
			...{ items, options: patient, isTolerant: true },
			...failsFor(1),
		});
		expect(stateOf(await play())).toEqual(['succeeded', 'The seed is gone. (run r2)', 'succeeded']);
	});

	it('is named with the other runs in the error that ends the node', async () => {
		let isGone = true;
		const reading = failsFor(1);
		const { play, retry, runs } = suspendedHarness({
			...{ items, options: patient },
			onRead: (...read) => isGone && reading.onRead(...read),
		});
		const { error, description } = await play();
		isGone = false;
		expect(error).toBe('The seed is gone. (run r2)');
		expect(description).toContain('The other runs of this node continue at Flowscale');
		expect(description).toContain('Collect them with Group > Wait, group "g".');
		expect(stateOf(await retry())).toEqual(['succeeded', 'succeeded', 'succeeded']);
		expect(runs).toHaveLength(3);
	});

	it.each([
		['names its run in the log at Stop', Number.POSITIVE_INFINITY, ['r1', 'r3']],
		['has its run cancelled by Stop where it can be read again', 1, ['r1', 'r2', 'r3']],
	])('%s', async (_, last, cancelled) => {
		const reading = failsFor(1, last);
		const harness = suspendedHarness({
			...{ items, options: patient, isTolerant: true },
			onRead: (name, index, resumes) => {
				if (resumes === 2 && name === 'options.timeout' && index === 2) harness.stop();
				reading.onRead(name, index, resumes);
			},
		});
		expect((await harness.play()).error).toContain('canceled');
		expect(harness.cancelled.sort()).toEqual(cancelled);
		expect(harness.warned).toEqual(cancelled.includes('r2') ? [] : ['The seed is gone. (run r2)']);
	});
});

it.each([
	['that the node started', 2, 'run IDs r1, r2'],
	['of many items', 20, 'run IDs r1, r2, r3, r4, r5 and 15 more'],
])('a node whose credential is gone in a resume names the runs %s', async (_, count, named) => {
	let isGone = true;
	const { play, retry, runs } = suspendedHarness({
		items: Array.from({ length: count }, () => [{ takesMs: HOUR }]),
		options: { timeout: 0, maxConcurrent: count },
		refuseOpen: (resumes) => (isGone && resumes > 0 ? new Error('No such credential') : undefined),
	});
	const { error, description } = await play();
	isGone = false;
	expect(error).toBe('No such credential');
	expect(description).toContain(named);
	expect((await retry()).items).toHaveLength(count);
	expect(runs).toHaveLength(count);
});

it('a node whose credential is gone in a resume names the run in each item where it continues', async () => {
	const harness = suspendedHarness({
		items: [[failing], [{ takesMs: HOUR }], [{ takesMs: HOUR }]],
		options: { timeout: 0, maxConcurrent: 2 },
		isTolerant: true,
		refuseOpen: () => (harness.runs.length === 3 ? new Error('No such credential.') : undefined),
	});
	const { items = [] } = await harness.play();
	expect(items.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual([
		[expect.stringContaining('The run failed'), { item: 0 }],
		['No such credential. (run r2)', { item: 1 }],
		['No such credential. (run r3)', { item: 2 }],
	]);
});

describe('a service that is away', () => {
	const between = (fromMs: number, toMs: number) => (ms: number) => ms >= fromMs && ms < toMs;

	it.each<[string, number, number, SuspendedPlan['isAway']]>([
		['for ten minutes within a resume', 5 * MINUTE, 20 * MINUTE, between(4 * MINUTE, 14 * MINUTE)],
		['from the first minute on', 5 * MINUTE, 70 * MINUTE, between(10_000, HOUR)],
		[
			'for two days, the run having ended meanwhile',
			HOUR,
			49 * HOUR,
			between(30 * MINUTE, 48 * HOUR),
		],
	])(
		'%s, is waited for without a Timeout, and ends once it is back',
		async (_, takesMs, endsMs, isAway) => {
			const { play, runs } = suspendedHarness({ items: [[{ takesMs }]], options: patient, isAway });
			const { items, endMs } = await play();
			expect([stateOf({ items }), runs.length]).toEqual([['succeeded'], 1]);
			expect(endMs - runs[0].startedMs).toBeLessThan(endsMs);
		},
	);

	it.each([
		['without a Timeout after three days', 0, 72 * HOUR, /^No answer from Flowscale/],
		['at its Timeout', 7_200, 2 * HOUR, /did not end within.*No answer from Flowscale/],
	])('for good, ends the wait %s, and starts nothing again', async (_, timeout, ms, text) => {
		const { play, runs, looks } = suspendedHarness({
			items: [[{ takesMs: HOUR }], [{ takesMs: HOUR }]],
			options: { timeout },
			isAway: (ms) => ms > 2 * MINUTE,
		});
		const { error, endMs } = await play();
		expect(error).toMatch(text);
		expect(runs).toHaveLength(2);
		expect(Math.abs(endMs - runs[0].startedMs - ms)).toBeLessThan(20 * MINUTE);
		expect(looks.length).toBeLessThan(4 * 4 * 75);
	});

	it.each([
		['onStop', true, ['r1', 'r2']],
		['onStop', false, ['r1', 'r2']],
		['onStopOrTimeout', true, ['r1', 'r2']],
		['never', true, []],
	])(
		'for good: a later Stop cancels the runs that began, Cancel Remote Run being %s, and the node continuing %s',
		async (cancelRemote, isTolerant, expected) => {
			const { play, stop, clock, cancelled } = suspendedHarness({
				items: [[{ takesMs: 100 * HOUR }], [{ takesMs: 100 * HOUR }], [{ takesMs: HOUR }]],
				options: { ...patient, maxConcurrent: 2, cancelRemote },
				isTolerant,
				isAway: (ms) => ms > 2 * MINUTE,
			});
			await play();
			expect(cancelled).toEqual([]);
			stop();
			await clock.pause(1_000);
			expect(cancelled.sort()).toEqual(expected);
		},
	);

	it('whose connections hang for good, ends the wait after three days, and says so', async () => {
		const { play, runs } = suspendedHarness({
			items: [[{ takesMs: 100 * HOUR }]],
			options: patient,
			lookMs: 10 * MINUTE,
		});
		const { error, endMs } = await play();
		expect(error).toMatch(/^No answer from Flowscale \(run r1/);
		expect(Math.abs(endMs - runs[0].startedMs - 72 * HOUR)).toBeLessThan(20 * MINUTE);
	});

	it('and comes back now and then is waited for as long as it takes', async () => {
		const { play } = suspendedHarness({
			items: [[{ takesMs: 100 * HOUR }]],
			options: patient,
			isAway: (ms) => ms % (40 * HOUR) > HOUR,
		});
		expect(stateOf(await play())).toEqual(['succeeded']);
	});

	it('for good, gives each item its error where the node continues, also one without a run or whose outputs are out of reach', async () => {
		const { play, runs } = suspendedHarness({
			items: [[{ takesMs: 1_000 }], [{ takesMs: HOUR }], [{ takesMs: HOUR }]],
			options: { ...patient, maxConcurrent: 1 },
			isTolerant: true,
			isAway: (ms) => ms > 2 * MINUTE,
		});
		const silent = expect.stringMatching(/^No answer from Flowscale/) as unknown;
		expect(stateOf(await play())).toEqual([silent, silent, silent]);
		expect(runs).toHaveLength(2);
	});
});

describe('where the execution cannot be suspended', () => {
	it('waits in the execution, and n8n’s log says so once for all tries', async () => {
		const { play, lines, runs } = suspendedHarness({
			items: [[failing]],
			options: patient,
			mode: 'integrated',
			node: { retryOnFail: true, maxTries: 3 },
		});
		const { resumes } = await play();
		expect([resumes, runs.length]).toEqual([0, 3]);
		expect(lines).toEqual([
			'Runs: waits in the execution, which cannot be suspended: this is a sub-workflow, whose caller takes its items when it first stops',
		]);
	});
});
