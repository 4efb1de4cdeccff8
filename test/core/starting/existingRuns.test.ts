import type { IDataObject } from 'n8n-workflow';
import type { RunIdentity } from '../../../nodes/core/runs/matchRun';
import type { KnownRun } from '../../../nodes/core/runs/run';
import { findExistingRun, type RunSearch } from '../../../nodes/core/starting/existingRuns';
import { aRun } from '../../harness/runs';

const SENT_MS = Date.UTC(2026, 0, 1, 12);
const fox: RunIdentity = { workflowId: 'w', texts: { prompt: 'a fox' }, fileNames: [] };
const picture: RunIdentity = { workflowId: 'w', texts: { prompt: 'a fox' }, fileNames: ['image'] };
const seven: RunIdentity = { workflowId: 'w', texts: { steps: '7' }, fileNames: [] };
const zeroSeven: RunIdentity = { workflowId: 'w', texts: { steps: '07' }, fileNames: [] };

/** A run of the fox, created so many seconds after the start was sent. */
const made = (runId: string, afterS: number | null, inputs: IDataObject = { prompt: 'a fox' }) =>
	aRun(runId, {
		workflow_id: 'w',
		inputs,
		created_at: afterS === null ? null : new Date(SENT_MS + afterS * 1000).toISOString(),
	});
const ofImage = (runId: string, afterS: number) =>
	made(runId, afterS, { prompt: 'a fox', image: 'uploads/1.png' });

describe('a start without clear answer has made', () => {
	type Row = [
		label: string,
		runs: KnownRun[],
		expected: string,
		known?: Partial<Pick<RunSearch, 'request' | 'rivals'>> & { taken?: string[]; isShared?: true },
	];
	it.each<Row>([
		['nothing, when no run fits', [made('a', 0, { prompt: 'a wolf' })], 'none'],
		['the run that fits', [made('a', 1)], 'a'],
		['a run whose second was cut off', [made('a', -1.5)], 'a'],
		['no run of before', [made('a', -10)], 'none'],
		['no run whose time is not shown', [made('a', null)], 'none'],
		['no run that another item has', [made('a', 1)], 'none', { taken: ['a'] }],
		[
			'the nearest, not the oldest',
			[made('late', 60), made('near', 0.1), made('old', -1.9)],
			'near',
		],
		['one of as many as there are requests', [made('b', 2), made('a', 1)], 'a', { rivals: [fox] }],
		[
			'one of as many as there are requests, in a shared group',
			[made('b', 2), made('a', 1)],
			'a',
			{ rivals: [fox], isShared: true },
		],
		['the only one, in a shared group', [made('a', 1)], 'a', { isShared: true }],
		[
			'perhaps none of two, in a group of two executions',
			[made('b', 0.2), made('a', 0.1)],
			'unclear',
			{ isShared: true },
		],
		['no run of much later, in a shared group', [made('a', 600)], 'none', { isShared: true }],
		['a run of much later, in the execution’s own group', [made('a', 600)], 'a'],
		['the run of its picture', [ofImage('a', 1)], 'a', { request: picture }],
		[
			'no run without a picture, where other runs show theirs',
			[made('bare', 1), made('other', 2, { prompt: 'a wolf', image: 'uploads/2.png' })],
			'none',
			{ request: picture },
		],
		[
			'perhaps another picture’s run, when that start was lost as well',
			[ofImage('a', 1)],
			'unclear',
			{ request: picture, rivals: [picture] },
		],
		[
			'perhaps another picture’s run, when there are two',
			[ofImage('b', 2), ofImage('a', 1)],
			'unclear',
			{ request: picture },
		],
		[
			'perhaps another execution’s picture, in a shared group',
			[ofImage('a', 1)],
			'unclear',
			{ request: picture, isShared: true },
		],
		[
			'its picture’s run, though a start with another text was lost',
			[ofImage('a', 1)],
			'a',
			{ request: picture, rivals: [{ ...picture, texts: { prompt: 'a wolf' } }] },
		],
		[
			'the run with its digits',
			[made('b', 1, { steps: '07' }), made('a', 2, { steps: '7' })],
			'a',
			{ request: seven, rivals: [zeroSeven] },
		],
	])('%s', (_, runs, expected, { taken = [], isShared, ...known } = {}) => {
		const choice = findExistingRun(runs, {
			request: fox,
			rivals: [],
			reuse: 'never',
			...known,
			taken: new Set(taken),
			sent: { atMs: SENT_MS, isGroupOfExecution: isShared !== true },
		});
		expect(choice.kind === 'take' ? choice.run.run_id : choice.kind).toBe(expected);
	});
});

describe('Reuse Run takes', () => {
	const ended = (runId: string, status: string) =>
		aRun(runId, { workflow_id: 'w', inputs: { prompt: 'a fox' }, status });
	type Row = [
		label: string,
		runs: KnownRun[],
		expected: string,
		known?: Partial<Pick<RunSearch, 'request' | 'rivals' | 'reuse'>> & { taken?: string[] },
	];
	it.each<Row>([
		['a run that succeeded', [ended('a', 'completed')], 'a'],
		['a run that continues', [ended('a', 'running')], 'a'],
		['no run that failed', [ended('a', 'failed'), ended('b', 'cancelled')], 'none'],
		['the newest', [ended('b', 'running'), ended('a', 'completed')], 'b'],
		[
			'another one for each item',
			[ended('b', 'completed'), ended('a', 'completed')],
			'a',
			{ taken: ['b'] },
		],
		['text items that are alike one each', [ended('a', 'completed')], 'a', { rivals: [fox] }],
		['the one picture of the batch', [ofImage('a', 0)], 'a', { request: picture }],
		[
			'no picture that may be another item’s',
			[ofImage('a', 0)],
			'unclear',
			{ request: picture, rivals: [picture] },
		],
		['no run of the workflow with other inputs', [made('a', 0, { prompt: 'a wolf' })], 'none'],
		[
			'any run of the workflow when asked to',
			[made('a', 0, { prompt: 'a wolf' })],
			'a',
			{ reuse: 'anyInGroup' },
		],
		[
			'any picture of the group when asked to',
			[ofImage('b', 1), ofImage('a', 0)],
			'a',
			{ request: picture, rivals: [picture], reuse: 'anyInGroup' },
		],
		[
			'the same inputs first, of any in the group',
			[made('b', 1), made('a', 0, { prompt: 'a wolf' })],
			'b',
			{ reuse: 'anyInGroup' },
		],
		[
			'no run of another workflow',
			[aRun('a', { workflow_id: 'v' })],
			'none',
			{ reuse: 'anyInGroup' },
		],
	])('%s', (_, runs, expected, { taken = [], ...known } = {}) => {
		const choice = findExistingRun(runs, {
			request: fox,
			rivals: [],
			reuse: 'sameInputs',
			...known,
			taken: new Set(taken),
		});
		expect(choice.kind === 'take' ? choice.run.run_id : choice.kind).toBe(expected);
	});
});
