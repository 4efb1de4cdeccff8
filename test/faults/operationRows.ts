import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { startTimer } from '../../simulator/platform';
import { behaviourNames, loadBehaviour } from '../harness/behaviour';
import type { Engine } from '../harness/startEngine';
import { flowscaleNode, openFaultHarness } from './faultHarness';
import type {
	Flowscale,
	FlowscaleOptions,
	Route,
	SimulatedWorkflow,
} from '../../simulator/flowscale/startFlowscale';

/** What the request that suffers is for; the expectations are stated per part. */
export type Part =
	| 'read'
	| 'start'
	| 'adoption'
	| 'poll'
	| 'listLook'
	| 'groupPoll'
	| 'hint'
	| 'stream'
	| 'outputs'
	| 'lateOutput'
	| 'output'
	| 'file'
	| 'cancel'
	| 'groupCancel'
	| 'check'
	| 'shutdownGracePeriod';

/** An operation and the one of its requests that suffers. Two items each. */
export interface OperationRow {
	operation: string;
	route: Route;
	part: Part;
	parameters: IDataObject;
	simulator?: FlowscaleOptions;
	items(flowscale: Flowscale): INodeExecutionData[];
	/** Runs that its two items start when nothing is wrong. */
	starts: number;
	/** Its errors name the run. */
	hasRun: boolean;
}

/** Its file costs nothing to make: a thousand cells would otherwise spend their time on drawing. */
const workflow: SimulatedWorkflow = {
	id: 'w1',
	name: 'Matrix',
	description: null,
	inputs: [{ name: 'text_51536', type: 'string' }],
	outputs: [
		{
			name: 'filename_prefix_58358',
			type: 'image',
			extension: 'png',
			mimeType: 'image/png',
			make: ({ inputs }) => Buffer.from(`a picture of ${inputs.text_51536}`),
		},
	],
};

/** A second output of the workflow, which comes later than the first. */
const late: FlowscaleOptions = {
	workflows: [
		{
			...workflow,
			outputs: [
				...workflow.outputs,
				{ ...workflow.outputs[0], name: 'filename_prefix_58359', lateMs: 2_000 },
			],
		},
	],
};

const prompts = (): INodeExecutionData[] => [
	{ json: { prompt: 'red fox' } },
	{ json: { prompt: 'blue whale' } },
];
const idsOf = (runs: Array<{ id: string }>) => runs.map(({ id }) => ({ json: { run_id: id } }));
const finished = (flowscale: Flowscale) => idsOf(flowscale.addRuns(2));
const going = (flowscale: Flowscale) => idsOf(flowscale.addRuns(2, { state: 'running' }));
/** Runs that end after a while, as if someone had started them elsewhere. */
const ending = (flowscale: Flowscale) => {
	const items = going(flowscale);
	for (const { json } of items)
		startTimer(700, () => flowscale.runs.length > 0 && flowscale.finish(String(json.run_id)));
	return items;
};
const files = (flowscale: Flowscale) =>
	flowscale.addRuns(2).map(({ outputs }) => ({ json: { filename: outputs[0].files[0] } }));
const nothing = () => [{ json: {} }, { json: {} }];

const runId = { runId: '={{ $json.run_id }}' };
const waiting = { pollInterval: 0.2, timeout: 40, liveEvents: false };
const start = (options: IDataObject = {}, more: IDataObject = {}): IDataObject => ({
	workflowId: { __rl: true, mode: 'id', value: workflow.id },
	inputMode: 'json',
	inputsJson: '={{ { "text_51536": $json.prompt } }}',
	groupId: 'matrix',
	options,
	...more,
});
const unlinked: FlowscaleOptions = { dialect: { outputLinks: false } };

type Row = [
	operation: string,
	route: Route,
	part: Part,
	parameters: IDataObject,
	items: OperationRow['items'],
	simulator?: FlowscaleOptions,
];
const rows: Row[] = [
	['cluster.getHealth', 'health', 'read', {}, nothing],
	['cluster.getQueue', 'queue', 'read', {}, nothing],
	['workflow.getMany', 'workflows', 'read', {}, nothing],
	['run.get', 'getRun', 'read', runId, finished],
	['run.getMany', 'listRuns', 'read', {}, (flowscale) => (finished(flowscale), nothing())],
	['run.getOutputs', 'getRun', 'read', runId, finished],
	['run.getOutputs', 'getOutput', 'outputs', runId, finished, unlinked],
	['run.getOutputs', 'download', 'file', runId, finished],
	['output.get', 'getOutput', 'output', { filename: '={{ $json.filename }}' }, files],
	['output.get', 'download', 'file', { filename: '={{ $json.filename }}' }, files],
	['run.cancel', 'cancelRun', 'cancel', runId, going],
	['run.cancel', 'getRun', 'check', runId, going],
	['run.wait', 'getRun', 'poll', { ...runId, options: waiting }, ending],
	['run.wait', 'events', 'hint', { ...runId, options: { ...waiting, liveEvents: true } }, ending],
	['run.wait', 'getOutput', 'outputs', { ...runId, options: waiting }, ending, unlinked],
	['run.wait', 'download', 'file', { ...runId, options: waiting }, ending],
	['workflow.execute', 'startRun', 'start', start(), prompts],
	['workflow.execute', 'listRuns', 'adoption', start(), prompts],
	['workflow.executeAndWait', 'startRun', 'start', start(waiting), prompts],
	['workflow.executeAndWait', 'listRuns', 'listLook', start(waiting), prompts, { runMs: 900 }],
	[
		'workflow.executeAndWait',
		'getRun',
		'poll',
		start(waiting, { groupId: '' }),
		prompts,
		{ runMs: 900 },
	],
	[
		'workflow.executeAndWait',
		'events',
		'hint',
		start({ ...waiting, liveEvents: true }),
		prompts,
		{ runMs: 900 },
	],
	['workflow.executeAndWait', 'getOutput', 'outputs', start(waiting), prompts, unlinked],
	['workflow.executeAndWait', 'getOutput', 'lateOutput', start(waiting), prompts, late],
	['workflow.executeAndWait', 'download', 'file', start(waiting), prompts],
	[
		'workflow.executeAndWait',
		'cancelRun',
		'shutdownGracePeriod',
		// A busy machine may need a second for the answer of the start alone.
		start({ ...waiting, timeout: 4, cancelRemote: 'onStopOrTimeout' }),
		prompts,
		{ runMs: 600_000 },
	],
];

export const operationRows: OperationRow[] = rows.map(
	([operation, route, part, parameters, items, simulator]) => {
		const starts = operation.startsWith('workflow.execute') ? 2 : 0;
		const hasRun =
			part !== 'start' &&
			part !== 'adoption' &&
			operation !== 'output.get' &&
			(starts > 0 || operation.startsWith('run.')) &&
			part !== 'read' &&
			part !== 'cancel';
		return {
			operation,
			route,
			part,
			parameters,
			items,
			simulator: { workflows: [workflow], ...simulator },
			starts,
			hasRun,
		};
	},
);

/** A wait that cannot succeed ends as those above do. */
function withTimeout(operation: string, parameters: IDataObject): IDataObject {
	if (!isWaitingOperation(operation)) return parameters;
	const options = { ...(parameters.options as IDataObject), timeout: waiting.timeout };
	return { ...parameters, options };
}

/** What a request of a kind is for, in an operation that has no rows of its own above. */
function partOf(operation: string, route: Route): Part {
	const isWaiting = isWaitingOperation(operation);
	const isGroup = operation.startsWith('group.');
	if (route === 'startRun') return 'start';
	if (route === 'events') return isWaiting ? 'hint' : 'stream';
	if (route === 'download') return 'file';
	if (route === 'getOutput') return 'outputs';
	if (route === 'cancelRun') return isGroup ? 'groupCancel' : 'cancel';
	if (route === 'getRun' && isWaiting) return 'poll';
	if (route !== 'listRuns' || !isWaiting) return 'read';
	// The runs of a group are known by its list alone.
	return isGroup ? 'groupPoll' : 'listLook';
}

const isWaitingOperation = (operation: string) => /wait/i.test(operation);

/**
 * Rows of the operations that have none above: the operation's behaviour is run once, and each kind
 * of request that it sends becomes a row. So a new operation is broken in every way without a word
 * here.
 */
export async function derivedRows(engine: Engine): Promise<OperationRow[]> {
	const known = new Set(operationRows.map(({ operation }) => operation));
	const derived: OperationRow[] = [];
	for (const name of behaviourNames().filter((candidate) => !known.has(candidate))) {
		const { operation, parameters, given, meanwhile, simulator } = await loadBehaviour(name);
		const { flowscale, run } = await openFaultHarness(engine, simulator);
		const execution = run(flowscaleNode(operation, parameters), given(flowscale));
		meanwhile?.(flowscale);
		await execution;
		const routes = new Set(
			flowscale.journal.flatMap(({ route }) => (route ? [route as Route] : [])),
		);
		await flowscale.close();
		for (const route of routes)
			derived.push({
				operation,
				route,
				part: partOf(operation, route),
				parameters: withTimeout(operation, parameters as IDataObject),
				simulator,
				items: (deployment) => {
					const items = given(deployment);
					// As for `ending` above: what the deployment does while the node is at work.
					startTimer(700, () => deployment.runs.length > 0 && meanwhile?.(deployment));
					return items;
				},
				starts: 0,
				hasRun: route === 'events',
			});
	}
	return derived;
}
