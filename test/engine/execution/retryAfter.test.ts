import type { IRun } from 'n8n-workflow';
import { two } from '../../harness/assertions';
import { until } from '../../harness/until';
import { promptOf, useComflowy } from '../../harness/comflowyHarness';
import type { RunOptions } from '../../harness/runWorkflow';
import { ownPrompt, quick, startOf, useHarness } from '../../harness/useHarness';

const one = [two[0]];
const flowscaleHarness = useHarness();
const comflowyHarness = useComflowy();

/** The service asks for an hour, and Timeout is a second. */
const anHour = {
	kind: 'status',
	status: 429,
	headers: { 'retry-after': '3600' },
	times: 1_000,
} as const;
const options = { ...quick, timeout: 1 };

describe('a Retry-After of an hour ends with Timeout', () => {
	it.each([
		['startRun', 'No run was started: no further one was allowed for 1 s.'],
		['getRun', 'The run did not end within 1 s.'],
	] as const)('Flowscale, %s', async (on, message) => {
		const { node, error, flowscale } = await flowscaleHarness({ runMs: 60_000 });
		flowscale.fault({ on, ...anHour });
		const start = startOf('image', ownPrompt, options);
		const failure = await error(node('workflow.executeAndWait', start), one);
		expect(failure.message).toContain(message);
	});

	it.each([
		['run', 'No run was started: no further one was allowed for 1 s.'],
		['check', 'The run did not end within 1 s.'],
	] as const)('Comflowy, %s', async (on, message) => {
		const { node, error, service } = await comflowyHarness({ runMs: 60_000 });
		service.fault({ on, ...anHour });
		const failure = await error(node('workflow.executeAndWait', { ...promptOf(), options }), one);
		expect(failure.message).toContain(message);
	});
});

it.each([
	['while starts are held back', 'run', anHour],
	['while a check is not answered', 'check', { kind: 'hang' }],
] as const)('Stop of a Comflowy node %s cancels the execution', async (_, on, fault) => {
	const { node, run, service } = await comflowyHarness({ runMs: 60_000 });
	service.fault({ on, ...fault });
	let stop = () => {};
	const onStart: RunOptions['onStart'] = (execution) => (stop = () => execution.cancel());
	const ended: Promise<IRun> = run(node('workflow.executeAndWait', promptOf()), one, { onStart });
	await until(() => service.journal.some(({ route }) => route === on));
	stop();
	expect((await ended).status).toBe('canceled');
});
