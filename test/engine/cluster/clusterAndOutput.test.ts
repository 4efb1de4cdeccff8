import type { INodeParameters } from 'n8n-workflow';
import type { SimulatedRun } from '../../../simulator/flowscale/startFlowscale';
import { addTool } from '../../harness/addTool';
import { linkedOutput } from '../../harness/expectedItems';
import { bytesOf, linksOf, madeBy, ownPrompt, startOf, useHarness } from '../../harness/useHarness';
import { useFastTime } from '../../harness/fastTime';

const harness = useHarness();
useFastTime(8);

test('cluster.getHealth reports the state of each container to each item', async () => {
	const { node, items, flowscale } = await harness({ containers: 2, runMs: 60_000 });
	await items(node('workflow.execute', startOf('image', ownPrompt)), [
		{ json: { prompt: 'red fox' } },
	]);
	expect(flowscale.runs.map(({ state }) => state)).toEqual(['running']);
	const containers = [
		{ container: 'container #1', status: 'running' },
		{ container: 'container #2', status: 'idle' },
	];
	const got = await items(node('cluster.getHealth'));
	expect(got.map(({ json }) => json)).toEqual([...containers, ...containers]);
	expect(linksOf(got)).toEqual([{ item: 0 }, { item: 0 }, { item: 1 }, { item: 1 }]);
});

test('cluster.getQueue reports what each container works on and what waits', async () => {
	const { node, items, flowscale } = await harness({ containers: 1, runMs: 60_000 });
	await items(node('workflow.execute', startOf('image', ownPrompt)), [
		{ json: { prompt: 'a' } },
		{ json: { prompt: 'b' } },
		{ json: { prompt: 'c' } },
	]);
	const [running, first, second] = flowscale.runs.map(({ promptId }) => promptId);
	const queue = {
		container: 'container #1',
		running: [{ number: 0, id: running }],
		pending: [
			{ number: 1, id: first },
			{ number: 2, id: second },
		],
		running_count: 1,
		pending_count: 2,
	};
	expect(await items(node('cluster.getQueue'))).toEqual([
		{ json: queue, pairedItem: { item: 0 } },
		{ json: queue, pairedItem: { item: 1 } },
	]);
});

/** Two finished runs, and items that name their first output's file. */
async function withOutputs(workflow: number) {
	const made = await harness();
	const runs = made.flowscale.addRuns(2, { workflow: made.flowscale.workflows[workflow] });
	return {
		...made,
		runs,
		named: runs.map(({ outputs }) => ({
			json: { file: outputs[0].files[0], name: outputs[0].name },
		})),
	};
}

const received = (run: SimulatedRun, extra: object) => ({
	...linkedOutput(run),
	generation_status: 'success',
	...extra,
});

test('output.get fetches an output by its file name', async () => {
	const { node, items, runs, named } = await withOutputs(0);
	const got = await items(
		node('output.get', { filename: '={{ $json.file }}', binaryField: 'picture' }),
		named,
	);
	const pictures = await Promise.all(runs.map(async (run) => await madeBy(run)));
	expect(got.map(({ json, pairedItem }) => ({ json, pairedItem }))).toEqual(
		runs.map((run, item) => ({
			json: received(run, { binary_field: 'picture', file_size: pictures[item].length }),
			pairedItem: { item },
		})),
	);
	expect(await Promise.all(got.map(async ({ binary }) => await bytesOf(binary?.picture)))).toEqual(
		pictures,
	);
	expect(got.map(({ binary }) => [binary?.picture.fileName, binary?.picture.mimeType])).toEqual(
		runs.map(({ outputs }) => [outputs[0].files[0], 'image/png']),
	);
});

test.each<[string, INodeParameters, (run: SimulatedRun) => object]>([
	[
		'as link when download is off',
		{ filename: '={{ $json.file }}', download: false },
		(run) => received(run, {}),
	],
	[
		'by its name without extension',
		{ filename: '={{ $json.name }}', download: false },
		(run) => received(run, { filename: run.outputs[0].name }),
	],
])('output.get gives an output %s and fetches no file', async (_, parameters, expected) => {
	const { node, items, runs, named, requests } = await withOutputs(0);
	const got = await items(node('output.get', parameters), named);
	expect(got).toEqual(runs.map((run, item) => ({ json: expected(run), pairedItem: { item } })));
	expect(requests('download')).toBe(0);
});

test('output.get gives an agent a link, and fetches no file', async () => {
	const { engine, node, items, runs, named, requests } = await withOutputs(0);
	addTool(engine, 'n8n-nodes-flowscale.flowscale');
	const got = await items(
		node(
			'output.get',
			{ filename: '={{ $json.file }}' },
			{ type: 'n8n-nodes-flowscale.flowscaleTool' },
		),
		named,
	);
	expect(got).toEqual(runs.map((run, item) => ({ json: received(run, {}), pairedItem: { item } })));
	expect(requests('download')).toBe(0);
});

test('output.get gives a text as text', async () => {
	const { node, items, runs, named } = await withOutputs(4);
	const got = await items(node('output.get', { filename: '={{ $json.file }}' }), named);
	expect(got).toEqual(
		runs.map(({ outputs }, item) => ({
			json: {
				filename: outputs[0].files[0],
				file_content: 'No image was uploaded.',
				generation_status: 'success',
				mime_type: 'text/plain',
			},
			pairedItem: { item },
		})),
	);
});

test('output.get names an output that is not there', async () => {
	const { node, error } = await harness();
	expect(await error(node('output.get', { filename: 'nobody_knows.png' }))).toMatchObject({
		name: 'NodeOperationError',
		message: 'Output "nobody_knows.png" is not there (yet)',
		description: 'Check the name, and that its run has ended.',
		context: { itemIndex: 0 },
	});
});
