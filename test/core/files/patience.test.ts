import {
	type DownloadTries,
	nextOutputsCheck,
	nextTry,
	type OutputsSeen,
	type Shortfall,
} from '../../../nodes/core/files/patience';

describe('the outputs of a run that succeeded', () => {
	const seen: OutputsSeen = {
		checks: 1,
		missing: 0,
		listed: 0,
		elapsedMs: 0,
		endedAgoMs: 3_600_000,
	};
	const wait = (pauseMs: number) => ({ pauseMs });
	it.each<[string, Partial<OutputsSeen>, ReturnType<typeof nextOutputsCheck>]>([
		['are complete when all are there', { listed: 2 }, 'done'],
		['are checked again when the only one is missing', { missing: 1 }, wait(250)],
		['are checked again when one of five is', { missing: 1, listed: 4 }, wait(250)],
		['are checked with growing pauses', { missing: 1, checks: 4 }, wait(2_000)],
		['are checked a last time after eight seconds', { missing: 1, checks: 6 }, wait(8_000)],
		['are given up then', { missing: 1, checks: 7 }, 'done'],
		['are given up then, with others there', { missing: 1, listed: 4, checks: 7 }, 'done'],
		['are given up when checks take too long', { missing: 1, elapsedMs: 40_000 }, 'done'],
		['may be none of an old run, after a second check', { checks: 2 }, wait(500)],
		['are none of an old run after the third', { checks: 3 }, 'done'],
		['may come late for a run that ended just now', { checks: 3, endedAgoMs: 4_000 }, wait(1_000)],
		[
			'may come late where the end is not known',
			{ checks: 6, endedAgoMs: Number.NaN },
			wait(8_000),
		],
		['may come late by a clock ahead of ours', { checks: 4, endedAgoMs: -9_000 }, wait(2_000)],
		['are none after 16 s', { checks: 4, endedAgoMs: 16_000 }, 'done'],
		['are none after all checks', { checks: 7, endedAgoMs: Number.NaN }, 'done'],
	])('%s', (_, differing, next) =>
		expect(nextOutputsCheck({ ...seen, ...differing })).toEqual(next),
	);
});

describe('a download that brought no file', () => {
	const tries: DownloadTries = { isFresh: true, absent: 1, passing: 1 };
	it.each<[string, Shortfall, Partial<DownloadTries>, number | undefined, object]>([
		['is given up when nothing could change it', 'final', {}, undefined, { act: 'giveUp' }],
		[
			'asks for a new link when refused',
			'refused',
			{ isFresh: false },
			undefined,
			{ act: 'askForLink' },
		],
		[
			'asks for a new link when a page came',
			'absent',
			{ isFresh: false },
			undefined,
			{ act: 'askForLink' },
		],
		['waits when a fresh link is refused', 'refused', {}, undefined, { act: 'wait', pauseMs: 250 }],
		[
			'waits longer and longer',
			'absent',
			{ absent: 5 },
			undefined,
			{ act: 'wait', pauseMs: 4_000 },
		],
		['is given up after 16 s', 'absent', { absent: 7 }, undefined, { act: 'giveUp' }],
		[
			'is tried again after a lost connection',
			'passing',
			{ isFresh: false },
			undefined,
			{ act: 'wait', pauseMs: 500 },
		],
		[
			'is tried again when the host asks for it',
			'passing',
			{},
			3_000,
			{ act: 'wait', pauseMs: 3_000 },
		],
		[
			'is given up after four lost connections',
			'passing',
			{ passing: 4 },
			undefined,
			{ act: 'giveUp' },
		],
	])('%s', (_, shortfall, differing, retryAfterMs, next) =>
		expect(nextTry(shortfall, { ...tries, ...differing }, retryAfterMs, 0.5)).toEqual(next),
	);
});
