import type { IExecuteFunctions } from 'n8n-workflow';
import { openCancelledRuns } from '../../../nodes/core/waiting/cancelledRuns';

/** The node in an execution; n8n keeps its store through each kind of retry. */
const open = (store: Record<string, unknown>, executionId: string) =>
	openCancelledRuns({
		getContext: () => store,
		getExecutionId: () => executionId,
	} as unknown as IExecuteFunctions);

describe('a run that was cancelled here', () => {
	const store = {};
	open(store, '7').note('a');

	it('is known to the next try of the same execution, after a restart too', () => {
		expect(open(store, '7').has('a')).toBe(true);
		expect(open(JSON.parse(JSON.stringify(store)) as typeof store, '7').has('a')).toBe(true);
	});

	it('counts as asked for from before its cancel is sent, in this execution only', () => {
		open(store, '7').ask('c');
		const read = (executionId: string) => {
			const known = open(JSON.parse(JSON.stringify(store)) as typeof store, executionId);
			return [known.isAsked('c'), known.has('c')];
		};
		expect([read('7'), read('8')]).toEqual([
			[true, false],
			[false, false],
		]);
	});

	it('may be started again by a retry of the execution by hand', () =>
		expect(open(store, '8').has('a')).toBe(false));

	it('is no reason to leave other runs alone', () => expect(open(store, '7').has('b')).toBe(false));
});
