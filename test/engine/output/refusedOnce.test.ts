import { ownPrompt, quick, startOf, two, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const options = { ...quick, download: false };
const one = [two[0]];
const group = [{ json: { group_id: 'poster' } }];

/** Operations that read outputs of runs that have ended and are paid for. */
const reading = {
	'workflow.executeAndWait': startOf('image', ownPrompt, options),
	'run.getOutputs': { runId: '={{ $json.run_id }}', options },
	'group.wait': { options },
	'output.get': { filename: '={{ $json.filename }}', download: false },
} as const;

describe.each([401, 403])('a single HTTP %d', (status) => {
	it.each(Object.keys(reading) as Array<keyof typeof reading>)(
		'while outputs are asked for does not lose them: %s',
		async (operation) => {
			const { node, items, flowscale } = await harness({ dialect: { outputLinks: false } });
			const [run] = flowscale.addRuns(1, { groupId: 'poster' });
			flowscale.fault({ on: 'getOutput', kind: 'status', status });
			const [{ json }] = group;
			const rows = [
				{ json: { ...one[0].json, ...json, run_id: run.id, filename: run.outputs[0].files[0] } },
			];
			const out = await items(node(operation, reading[operation]), rows);
			const found = operation === 'output.get' ? out[0].json : (out[0].json.outputs as object[])[0];
			expect(found).toMatchObject({ download_url: expect.stringMatching(/^http/) as string });
		},
	);

	it('to the list of a group that has ended does not lose its outputs', async () => {
		const { node, items, flowscale } = await harness();
		flowscale.addRuns(2, { groupId: 'poster' });
		flowscale.fault({ on: 'listRuns', kind: 'status', status, after: 2 });
		expect(await items(node('group.wait', { options }), group)).toHaveLength(2);
	});

	it('that lasts is an error', async () => {
		const { node, error, flowscale } = await harness({ dialect: { outputLinks: false } });
		flowscale.fault({ on: 'getOutput', kind: 'status', status, times: 99 });
		const failure = await error(
			node('workflow.executeAndWait', reading['workflow.executeAndWait']),
			one,
		);
		expect(failure.message).toContain(`HTTP ${status}`);
	});
});
