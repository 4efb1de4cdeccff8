import { outputOf } from '../../harness/runWorkflow';
import { linksOf, ownPrompt, quick, startOf, useHarness } from '../../harness/useHarness';

const harness = useHarness();

/** Three items, the second of which goes to the workflow that fails every time. */
async function withOneFailure(onError: 'continueRegularOutput' | 'continueErrorOutput') {
	const made = await harness();
	const [image, failing] = [made.flowscale.workflows[0].id, made.flowscale.workflows[8].id];
	const rows = [image, failing, image].map((workflow, n) => ({
		json: { workflow, n, prompt: `picture ${n}` },
	}));
	const parameters = {
		...startOf('image', ownPrompt, { ...quick, download: false }),
		workflowId: { __rl: true, mode: 'id', value: '={{ $json.workflow }}' },
	};
	const run = await made.run(made.node('workflow.executeAndWait', parameters, { onError }), rows);
	const failed = made.flowscale.runs.find(({ state }) => state === 'failed');
	const text = `The run failed: CUDA out of memory. Tried to allocate 2.00 GiB. Lower the image size, the batch size or the number of frames. To handle failed runs as normal items, set On Failed Run to "Return as Item". (run ${failed?.id})`;
	return {
		...made,
		rows,
		text,
		done: outputOf(run, 'Flowscale', 0),
		errors: outputOf(run, 'Flowscale', 1),
		execution: run,
	};
}

test('continue (regular output): the failed item says why, in its place', async () => {
	const { done, errors, execution, text } = await withOneFailure('continueRegularOutput');
	expect(done.map(({ json }) => json.inputs ?? json)).toEqual([
		{ text_51536: 'picture 0' },
		{ error: text },
		{ text_51536: 'picture 2' },
	]);
	expect(linksOf(done)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	expect(errors).toEqual([]);
	expect(execution.data.resultData.error).toBeUndefined();
});

test('continue (error output): the failed item goes there, the others go on', async () => {
	const { done, errors, execution, rows, text } = await withOneFailure('continueErrorOutput');
	expect(done.map(({ json }) => json.inputs)).toEqual([
		{ text_51536: 'picture 0' },
		{ text_51536: 'picture 2' },
	]);
	expect(linksOf(done)).toEqual([{ item: 0 }, { item: 2 }]);
	// n8n adds the fields of the input item.
	expect(errors).toMatchObject([
		{ json: { ...rows[1].json, error: text }, pairedItem: { item: 1 } },
	]);
	expect(execution.data.resultData.error).toBeUndefined();
});

test('a failed read becomes an error item, the other items are read', async () => {
	const { node, run, flowscale } = await harness();
	const [known] = flowscale.addRuns(1);
	const execution = await run(
		node('run.get', { runId: '={{ $json.id }}' }, { onError: 'continueRegularOutput' }),
		[{ json: { id: 'nobody' } }, { json: { id: known.id } }],
	);
	const [missing, found] = outputOf(execution, 'Flowscale');
	expect(missing).toEqual({
		json: {
			error:
				'Flowscale does not know the run. Check the run ID, and that the credential belongs to the deployment that started it. A run that was started a moment ago may not be known yet. (run nobody)',
		},
		pairedItem: { item: 0 },
	});
	expect(found).toMatchObject({ json: { run_id: known.id }, pairedItem: { item: 1 } });
});

test('a key that is refused becomes an error item for each item', async () => {
	const { node, run } = await harness({ credential: () => ({ apiKey: 'fs-wrong-key' }) });
	const execution = await run(node('cluster.getHealth', {}, { onError: 'continueErrorOutput' }));
	expect(outputOf(execution, 'Flowscale', 0)).toEqual([]);
	expect(
		outputOf(execution, 'Flowscale', 1).map(({ json, pairedItem }) => [json.error, pairedItem]),
	).toEqual(
		[0, 1].map((item) => [
			'Flowscale answered HTTP 401: Invalid API key. Check the API key in the credential: it is in Project Settings > API Settings of the deployment’s project.',
			{ item },
		]),
	);
});
