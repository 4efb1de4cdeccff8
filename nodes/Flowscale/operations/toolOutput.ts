import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
} from 'n8n-workflow';
import { isTool } from '../../core/items/agentTool';
import { listOf } from '../../core/json';

/**
 * The fields of a run that a model needs for an answer or a further call. n8n's guideline is ten
 * fields at most.
 */
const SIMPLIFIED = [
	'run_id',
	'workflow_id',
	'group_id',
	'state',
	'finished',
	'outputs',
	'error_message',
	'created_at',
	'completed_at',
	'duration_seconds',
];
const OTHERS = ['inputs', 'output_names', 'progress', 'started_at', 'status'];
const MOST_FIELDS = 10;

const shown = { '@tool': [true] };

/** What an agent's tool returns to the model, which costs money by the token. */
export const toolFields: INodeProperties[] = [
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Raw', value: 'raw', description: 'All fields' },
			{
				name: 'Selected Fields',
				value: 'selectedFields',
				description: 'Only the fields chosen below',
			},
			{ name: 'Simplified', value: 'simplified', description: 'The ten most useful fields' },
		],
		default: 'simplified',
		description: 'Which fields the model reads',
		displayOptions: { show: shown },
	},
	{
		displayName: 'Fields',
		name: 'outputFields',
		type: 'multiOptions',
		noDataExpression: true,
		options: [...SIMPLIFIED, ...OTHERS].sort().map((name) => ({ name, value: name })),
		default: ['run_id', 'state', 'outputs'],
		description: 'Fields of a run that the model reads',
		displayOptions: { show: { ...shown, output: ['selectedFields'] } },
	},
];

/** The items as a tool gives them; of any other node they stay as they are. */
export function forTool(
	context: IExecuteFunctions,
	outputs: INodeExecutionData[][],
): INodeExecutionData[][] {
	if (!isTool(context)) return outputs;
	const choice: unknown = context.getNodeParameter('output', 0, 'simplified');
	if (choice === 'raw') return outputs;
	const chosen =
		choice === 'selectedFields'
			? listOf(context.getNodeParameter('outputFields', 0, [])).map(String)
			: SIMPLIFIED;
	return outputs.map((items) =>
		items.map((item) => ({ ...item, json: selectFields(item.json, chosen) })),
	);
}

/** Chosen fields of a run; other items (a workflow, a failure) have few, and keep the first ten. */
function selectFields(json: IDataObject, chosen: string[]): IDataObject {
	const isRun = 'run_id' in json && 'state' in json;
	const pairs = Object.entries(json);
	return Object.fromEntries(
		isRun ? pairs.filter(([name]) => chosen.includes(name)) : pairs.slice(0, MOST_FIELDS),
	);
}
