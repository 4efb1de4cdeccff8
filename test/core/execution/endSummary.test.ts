import type { IDataObject } from 'n8n-workflow';
import { summarizeEnd } from '../../../nodes/core/execution/endSummary';

const run = (run_id: string, state: string, group_id: string | null = 'n8n-23'): IDataObject => ({
	run_id,
	state,
	group_id,
	finished: true,
});
const many = (count: number, state: string) =>
	Array.from({ length: count }, (_, index) => run(`${state}-${index}`, state));
const failed: IDataObject = { error: 'Run x failed: out of memory' };

test.each<[string, IDataObject[], string | undefined]>([
	['nothing', [], undefined],
	['one run that succeeded', [run('a', 'succeeded')], undefined],
	['one that failed', [failed], '0 of 1 run succeeded, 1 failed.'],
	['several', many(3, 'succeeded'), '3 of 3 runs succeeded. Group n8n-23.'],
	[
		'some that failed',
		[...many(18, 'succeeded'), failed, failed],
		'18 of 20 runs succeeded, 2 failed. Group n8n-23.',
	],
	[
		'every ending',
		['succeeded', 'failed', 'timed_out', 'cancelled', 'cancelled', 'unknown'].map((state, index) =>
			run(String(index), state),
		),
		'1 of 6 runs succeeded, 1 failed, 1 timed out, 2 were cancelled, 1 ended in an unknown state. Group n8n-23.',
	],
	[
		'an item per output',
		[run('a', 'succeeded'), run('a', 'succeeded'), run('b', 'succeeded')],
		'2 of 2 runs succeeded. Group n8n-23.',
	],
	[
		'runs of several groups',
		[run('a', 'succeeded', 'x'), run('b', 'succeeded', 'y')],
		'2 of 2 runs succeeded.',
	],
	['runs that have not ended', [{ ...run('a', 'running'), finished: false }], undefined],
])('%s', (_, items, message) =>
	expect(summarizeEnd(items.map((json) => ({ json })))?.message).toBe(message),
);

test('is a warning where something failed', () => {
	const typeOf = (items: IDataObject[]) => summarizeEnd(items.map((json) => ({ json })))?.type;
	expect([typeOf(many(2, 'succeeded')), typeOf([failed])]).toEqual(['info', 'warning']);
});
