import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type {
	Fault,
	SimulatedRun,
	SimulatedWorkflow,
} from '../../../simulator/flowscale/startFlowscale';
import { smallWorkflows } from '../../harness/smallWorkflows';
import {
	bytesOf,
	madeBy,
	ownPrompt,
	quick,
	startOf,
	two,
	useHarness,
} from '../../harness/useHarness';
import { useFastTime } from '../../harness/fastTime';

const harness = useHarness();
useFastTime(8);
const one = two.slice(0, 1);
const everything = '={{ { "text_51536": $json.prompt, "seed_51537": 1 } }}';
const outputsIn = ({ json }: INodeExecutionData) => json.outputs as IDataObject[];
const statusesOf = (item: INodeExecutionData) =>
	outputsIn(item).map((output) => output.generation_status);
/** "Everything", its film that much later than its pictures. */
const withLateFilm = (lateMs: number) =>
	smallWorkflows.map((workflow) => ({
		...workflow,
		outputs: workflow.outputs.map((output) =>
			output.type === 'video' ? { ...output, lateMs } : output,
		),
	}));

test('outputs that are listed some seconds after the run’s end, and never named, are waited for', async () => {
	const { node, items, flowscale } = await harness({
		outputDelayMs: 3_000,
		dialect: { outputNames: 'missing' },
	});
	const [done] = await items(node('workflow.executeAndWait', startOf('image', ownPrompt)), one);
	expect(await bytesOf(done.binary?.data)).toEqual(await madeBy(flowscale.runs[0]));
	const [{ id }] = flowscale.addRuns(1);
	const [got] = await items(node('run.getOutputs', { runId: id }), one);
	expect(outputsIn(got).length).toBe(1);
});

test('an output that comes later than the others is waited for', async () => {
	const { node, items } = await harness({ workflows: withLateFilm(3_000) });
	const [done] = await items(
		node('workflow.executeAndWait', startOf('everything', everything)),
		one,
	);
	expect(outputsIn(done).length).toBe(4);
	expect(Object.values(done.binary ?? {}).map(({ mimeType }) => mimeType)).toEqual([
		'image/png',
		'image/png',
		'video/mp4',
	]);
});

test('a fresh link that its host does not know for some seconds is waited for', async () => {
	const { node, items, flowscale, requests } = await harness();
	flowscale.fault({ on: 'download', kind: 'status', status: 404, times: 4 });
	const [done] = await items(node('workflow.executeAndWait', startOf('image', ownPrompt)), one);
	expect(await bytesOf(done.binary?.data)).toEqual(await madeBy(flowscale.runs[0]));
	expect([requests('download'), requests('startRun')]).toEqual([5, 1]);
});

const said = (status: number, type: string, body: string): Omit<Fault, 'on'> => ({
	kind: 'status',
	status,
	headers: { 'content-type': type },
	body,
});
const standIns: Array<[string, Omit<Fault, 'on'>]> = [
	['JSON', said(200, 'application/json', '{"statusCode":413,"message":"too large"}')],
	['XML', said(200, 'application/xml', '<Error><Code>SlowDown</Code></Error>')],
	['a text', said(200, 'text/plain', 'Service warming up')],
	['202', said(202, 'application/json', '{"status":"processing"}')],
	['a page called a picture', said(200, 'image/png', '<!DOCTYPE html><html>please wait</html>')],
	['an error called bytes', said(200, 'application/octet-stream', '<?xml version="1.0"?><Error/>')],
	['a text called a picture', said(200, 'image/png', 'Not ready')],
	['a text called bytes', said(200, 'application/octet-stream', 'AccessDenied')],
	['a page', { kind: 'html' }],
	['nothing', { kind: 'empty200' }],
	['204', { kind: 'noContent' }],
];
test.each(standIns)(
	'%s in place of a picture is no file: it is asked for again',
	async (_, fault) => {
		const { node, items, flowscale } = await harness();
		flowscale.fault({ on: 'download', ...fault, times: 2 });
		const [done] = await items(node('workflow.executeAndWait', startOf('image', ownPrompt)), one);
		expect(await bytesOf(done.binary?.data)).toEqual(await madeBy(flowscale.runs[0]));
	},
);

/**
 * Runs that lack something for good, all in one execution: each of them is waited for some 16 s.
 */
describe('what does not come in 16 s', () => {
	let done: Map<string, INodeExecutionData>;
	let names: Map<string, string>;
	const of = (label: string) => done.get(label) as INodeExecutionData;
	const errorOf = (label: string) => String(of(label).json.error);

	beforeAll(async () => {
		const { node, items, flowscale } = await harness({ workflows: withLateFilm(600_000) });
		const [image, , film, , , , all] = flowscale.workflows;
		const runs: Array<[string, string, SimulatedRun]> = [];
		const add = (label: string, workflow: SimulatedWorkflow, onFailedRun = 'error') => {
			const [run] = flowscale.addRuns(1, { workflow });
			runs.push([label, onFailedRun, run]);
			return run;
		};
		const fault = ({ id }: SimulatedRun, ending: string, more: Omit<Fault, 'on'>) =>
			flowscale.fault({
				on: 'download',
				...more,
				times: Number.POSITIVE_INFINITY,
				match: ({ path }) => path.includes(id) && path.endsWith(ending),
			});
		const gone: Omit<Fault, 'on'> = { kind: 'status', status: 404 };
		add('late film', all);
		fault(add('second picture', all), '_000002.png', gone);
		for (const onFailedRun of ['error', 'item']) {
			fault(add(`file ${onFailedRun}`, image, onFailedRun), '', gone);
			add(`output ${onFailedRun}`, film, onFailedRun);
		}
		for (const [label, standIn] of standIns) fault(add(label, image), '', standIn);
		names = new Map(runs.map(([label, , { outputs }]) => [label, outputs[0].files[0]]));
		const results = await items(
			node(
				'run.wait',
				{
					runId: '={{ $json.id }}',
					options: { ...quick, onFailedRun: '={{ $json.onFailedRun }}' },
				},
				{ onError: 'continueRegularOutput' },
			),
			runs.map(([, onFailedRun, { id }]) => ({ json: { id, onFailedRun } })),
		);
		done = new Map(runs.map(([label], place) => [label, results[place]]));
	}, 60_000);

	test('is named in the item, which keeps the others: an output', () => {
		expect(statusesOf(of('late film'))).toEqual([null, null, 'success', 'missing']);
		expect(Object.keys(of('late film').binary ?? {})).toEqual(['data', 'data_1']);
	});

	test('is named in the item, which keeps the others: a file', () => {
		expect(statusesOf(of('second picture')).slice(0, 3)).toEqual([null, 'missing', 'success']);
		expect(Object.keys(of('second picture').binary ?? {})).toEqual(['data']);
	});

	test.each([
		['file', 'could not be fetched'],
		['output', 'is not there'],
	])('fails the item, or is an item as On Failed Run says: the only %s', (what, text) => {
		expect(errorOf(`${what} error`)).toContain(text);
		expect(errorOf(`${what} error`)).toMatch(/[0-9a-f-]{36}/);
		expect(statusesOf(of(`${what} item`))).toEqual(['missing']);
		expect(of(`${what} item`).binary).toBeUndefined();
	});

	test.each([
		['JSON', 'HTTP 200, application/json: {"statusCode":413,"message":"too large"}'],
		['XML', 'HTTP 200, application/xml'],
		['a text', 'HTTP 200, text/plain: Service warming up'],
		['202', 'HTTP 202, application/json: {"status":"processing"}'],
		['a page called a picture', 'HTTP 200, image/png: please wait'],
		['an error called bytes', 'HTTP 200, application/octet-stream'],
		['a text called a picture', 'HTTP 200, image/png: Not ready'],
		['a text called bytes', 'HTTP 200, application/octet-stream: AccessDenied'],
		['a page', 'HTTP 200, text/html; charset=utf-8: Please wait'],
		['nothing', 'it is empty'],
		['204', 'HTTP 204'],
	])('is in the error: %s in place of a picture', (label, text) => {
		expect(errorOf(label)).toContain(
			`What came for "${names.get(label)}" is not the file (${text}`,
		);
	});
});
