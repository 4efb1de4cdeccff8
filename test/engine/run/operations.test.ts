import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Flowscale, SimulatedRun } from '../../../simulator/flowscale/startFlowscale';

import { type Harness, two, useHarness } from '../../harness/useHarness';

const harness = useHarness();

/** Two finished runs of "Text to Image" in one group, and items that name them. */
async function withTwoRuns(): Promise<
	Harness & { runs: SimulatedRun[]; named: Array<{ json: IDataObject }> }
> {
	const made = await harness();
	const runs = made.flowscale.addRuns(2, (index) => ({
		groupId: 'poster',
		createdAt: 1_700_000_000_000 + index * 5_000,
		startedAt: 1_700_000_001_000,
		completedAt: 1_700_000_009_000,
	}));
	return { ...made, runs, named: runs.map(({ id }) => ({ json: { id } })) };
}

const workflowItem = ({
	id,
	name,
	description,
	inputs,
	outputs,
}: Flowscale['workflows'][number]) => ({
	workflow_id: id,
	name,
	description,
	inputs: inputs.map((input) => ({ name: input.name, type: input.listedType ?? input.type })),
	outputs: outputs.map((output) => ({ name: output.name, type: output.type })),
});

test.each<[string, INodeParameters, (flowscale: Flowscale) => unknown[]]>([
	['a limit', { limit: 2 }, ({ workflows }) => workflows.slice(0, 2).map(workflowItem)],
	[
		'the service’s own object',
		{ returnAll: true, simplify: false },
		({ workflows }) =>
			workflows.map(({ id, name, description, inputs, outputs }) => ({
				id,
				name,
				description,
				inputs: JSON.stringify(
					Object.fromEntries(inputs.map((input) => [input.name, input.listedType ?? input.type])),
				),
				outputs: JSON.stringify(
					Object.fromEntries(outputs.map((output) => [output.name, output.type])),
				),
			})),
	],
])('workflow.getMany with %s', async (_, parameters, expected) => {
	const { node, items, flowscale } = await harness();
	expect(
		(await items(node('workflow.getMany', parameters), two.slice(0, 1))).map(({ json }) => json),
	).toEqual(expected(flowscale));
});

test('run.get gives the service’s own object when it is not simplified', async () => {
	const { node, items, runs, named } = await withTwoRuns();
	const got = await items(node('run.get', { runId: '={{ $json.id }}', simplify: false }), named);
	expect(got.map(({ json }) => [json._id, json.team_id, json.status])).toEqual(
		runs.map(({ id }) => [id, 'team_123', 'completed']),
	);
});

test('the service’s own object has no key that n8n takes for a failed try: it is read once', async () => {
	const { node, items, flowscale, requests } = await harness({ dialect: { failureText: 'error' } });
	const [run] = flowscale.addRuns(1, { state: 'failed', errorText: 'CUDA out of memory' });
	const retrying = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
	const [raw] = await items(
		node('run.get', { runId: run.id, simplify: false }, retrying),
		two.slice(0, 1),
	);
	expect([raw.json.status, raw.json.service_error, Object.hasOwn(raw.json, 'error')]).toEqual([
		'failed',
		'CUDA out of memory',
		false,
	]);
	expect(requests('getRun')).toBe(1);
});

test.each([404, 405])(
	'run.cancel says that a run has ended before also where the deployment answers %d to that',
	async (status) => {
		const { node, items, flowscale } = await harness();
		const [{ id }] = flowscale.addRuns(1, () => ({ state: 'completed', completedAt: Date.now() }));
		flowscale.fault({ on: 'cancelRun', kind: 'status', status, body: '{"detail":"Not running"}' });
		expect(
			(await items(node('run.cancel', { runId: id }), [{ json: {} }])).map(({ json }) => json),
		).toEqual([
			{ run_id: id, cancelled: false, message: `Flowscale answered HTTP ${status}: Not running` },
		]);
	},
);

test.each([
	['run.cancel', 'cancelRun', 422, 'Check the inputs and IDs'],
	['run.get', 'getRun', 500, 'The deployment has trouble'],
	['run.getOutputs', 'getRun', 401, 'Check the API key'],
] as const)(
	'a failure of %s names the run and what to do next',
	async (operation, on, status, advice) => {
		const { node, error, flowscale } = await harness();
		const [{ id }] = flowscale.addRuns(1, () => ({ state: 'running', completedAt: null }));
		flowscale.fault({ on, kind: 'status', status, body: '{"detail":"No"}', times: 4 });
		expect(await error(node(operation, { runId: id }), [{ json: {} }])).toMatchObject({
			httpCode: String(status),
			message: `Flowscale answered HTTP ${status}: No (run ${id})`,
			description: expect.stringContaining(advice) as string,
		});
	},
);

test('run.cancel says so when a run has ended before', async () => {
	const { node, items, named } = await withTwoRuns();
	const got = await items(node('run.cancel', { runId: '={{ $json.id }}' }), named);
	expect(got.map(({ json }) => json)).toEqual(
		named.map(({ json }) => ({
			run_id: json.id,
			cancelled: false,
			message: 'Run already completed',
		})),
	);
});
