import { sleep } from '../../../simulator/platform';
import { type IRun, UserError } from 'n8n-workflow';
import { useFastTime } from '../../harness/fastTime';
import {
	outputOf,
	resumeWorkflow,
	runWorkflow,
	type WorkflowFile,
} from '../../harness/runWorkflow';
import { rows, taskOf } from '../../harness/storedTask';
import {
	after,
	endRuns,
	playSuspended,
	suspendedFlow,
	suspendedNode,
} from '../../harness/suspendedHarness';
import { type Harness, until, useHarness } from '../../harness/useHarness';

const harness = useHarness();
useFastTime(30);

const never = { runMs: 36_000_000, containers: 20 };
const pictures = [
	['succeeded', ['data'], { item: 0 }],
	['succeeded', ['data'], { item: 1 }],
];

/** An execution of two rows that waits, after so many resumes. */
async function waiting(resumes = 0): Promise<Harness & { file: WorkflowFile; stored: IRun }> {
	const made = await harness(never);
	const file = suspendedFlow(suspendedNode(made));
	const { run } = await playSuspended(made, file, rows(2), { most: resumes });
	expect(run.status).toBe('waiting');
	return { ...made, file, stored: run };
}

/** Until it has ended, its runs ending meanwhile. */
async function untilEnd(made: Harness, file: WorkflowFile, run: IRun): Promise<IRun> {
	endRuns(made);
	return run.status === 'waiting'
		? await untilEnd(made, file, await resumeWorkflow(made.engine, file, run.data))
		: run;
}

describe('an execution that died while it resumed', () => {
	it.each([0, 2])('is continued by n8n’s Retry, after %d resumes', async (resumes) => {
		const made = await waiting(resumes);
		endRuns(made);
		const retried = await resumeWorkflow(made.engine, made.file, made.stored.data, 'retry');
		const run = await untilEnd(made, made.file, retried);
		expect([run.status, after(run), made.flowscale.runs.length]).toEqual(['success', pictures, 2]);
		expect(taskOf(run, 'Flowscale')).toHaveLength(1);
	});

	it('is refused by Retry with the saved workflow, rather than handing out its input', async () => {
		const made = await waiting(1);
		endRuns(made);
		await expect(
			resumeWorkflow(made.engine, made.file, made.stored.data, 'retrySaved'),
		).rejects.toThrow(
			'Could not find the node "Flowscale (still waiting: retry with original workflow)" in workflow.',
		);
		expect(made.flowscale.runs).toHaveLength(2);
	});
});

describe('an execution whose run failed', () => {
	it.each(['retry', 'retrySaved'] as const)(
		'starts that run again by %s, and only that one',
		async (kind) => {
			const made = await harness(never);
			const file = suspendedFlow(suspendedNode(made));
			const { run: failed } = await playSuspended(made, file, rows(2), {
				onResume: () => made.flowscale.finish(made.flowscale.runs[0].id, 'failed'),
			});
			expect(failed.status).toBe('error');
			const retried = resumeWorkflow(made.engine, file, failed.data, kind);
			await until(() => made.flowscale.runs.length === 3);
			endRuns(made);
			const run = await untilEnd(made, file, await retried);
			expect([run.status, after(run)]).toEqual(['success', pictures]);
			expect(made.flowscale.runs.map(({ inputs }) => inputs.text_51536)).toEqual([
				'picture 0',
				'picture 1',
				'picture 0',
			]);
			expect(outputOf(run, 'After').map(({ json }) => json.run_id)).toEqual(
				[2, 1].map((index) => made.flowscale.runs[index].id),
			);
		},
	);
});

describe('what a resume cannot read any more', () => {
	const named = ({ flowscale }: Harness, index: number) => `(run ${flowscale.runs[index].id})`;
	const inputs = { text_51536: 'a fox' };
	const withVariables = {
		onServer: (server: { variables: object }) => void (server.variables = { inputs }),
	};

	it.each(['continueRegularOutput', 'stopWorkflow'] as const)(
		'of an item: its error names the run, with %s',
		async (onError) => {
			const made = await harness(never);
			const inputsJson = '={{ $itemIndex === 1 ? $vars.inputs : { text_51536: $json.prompt } }}';
			const file = suspendedFlow(suspendedNode(made, { onError }, {}, { inputsJson }));
			const { run } = await playSuspended(made, file, rows(2), {
				...withVariables,
				onResume: () => endRuns(made),
			});
			expect(made.flowscale.runs).toHaveLength(2);
			const { error } = run.data.resultData;
			const texts = onError === 'stopWorkflow' ? [error?.message] : outputOf(run, 'After');
			expect(JSON.stringify(texts)).toContain('Inputs (JSON) is not a JSON object');
			expect(JSON.stringify(texts)).toContain(named(made, 1));
			if (onError === 'stopWorkflow')
				expect(error?.description).toContain('Collect them with Group > Wait, group "n8n-exec1".');
			else expect(after(run)[0]).toEqual(pictures[0]);
		},
	);

	it.each(['retry', 'retrySaved'] as const)(
		'of its credential: the error names the runs, which %s waits for',
		async (kind) => {
			const made = await harness(never);
			const file = suspendedFlow(suspendedNode(made));
			const gone = 'Credential with ID "1" does not exist for type "flowscaleApi".';
			const read = jest.spyOn(made.engine.credentials, 'getDecrypted');
			const { run: failed } = await playSuspended(made, file, rows(2), {
				onResume: () => read.mockRejectedValue(new UserError(gone)),
			});
			read.mockRestore();
			const ids = made.flowscale.runs.map(({ id }) => id).join(', ');
			expect(failed.data.resultData.error).toMatchObject({
				message: gone,
				description: expect.stringContaining(`Or collect them by run IDs ${ids}.`) as string,
			});
			const retried = await resumeWorkflow(made.engine, file, failed.data, kind);
			const run = await untilEnd(made, file, retried);
			expect([run.status, after(run), made.flowscale.runs.length]).toEqual([
				'success',
				pictures,
				2,
			]);
		},
	);

	it.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'of its credential: each item names its run, with %s',
		async (onError) => {
			const made = await harness(never);
			const file = suspendedFlow(suspendedNode(made, { onError }));
			const read = jest.spyOn(made.engine.credentials, 'getDecrypted');
			const { run } = await playSuspended(made, file, rows(2), {
				onResume: () => read.mockRejectedValue(new UserError('No such credential.')),
			});
			read.mockRestore();
			const output = onError === 'continueErrorOutput' ? 1 : 0;
			const items = outputOf(run, 'Flowscale', output);
			expect(items.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual(
				[0, 1].map((item) => [`No such credential. ${named(made, item)}`, { item }]),
			);
		},
	);
});

describe('Stop', () => {
	it('in the first minute, and in a resume: the execution is canceled, and so are its runs', async () => {
		for (const stopsInResume of [false, true]) {
			const made = await harness(never);
			const file = suspendedFlow(suspendedNode(made));
			let stop = () => {};
			const onStart = (execution: { cancel(): void }) => (stop = () => execution.cancel());
			const polls = () => made.requests('listRuns');
			const first = runWorkflow(made.engine, file, rows(2), { onStart });
			if (stopsInResume) await first;
			const before = polls();
			const running = stopsInResume
				? resumeWorkflow(made.engine, file, (await first).data, 'restart', { onStart })
				: first;
			await until(() => polls() > before && made.flowscale.runs.length === 2);
			stop();
			const { status } = await running;
			expect(status).toBe('canceled');
			await until(() => made.flowscale.runs.every(({ state }) => state === 'cancelled'));
		}
	});

	it('between resumes: nothing is left that polls', async () => {
		const made = await waiting();
		const before = made.flowscale.journal.length;
		await sleep(200);
		expect(made.flowscale.journal.length).toBe(before);
	});
});
