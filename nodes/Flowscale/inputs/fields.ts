import type { INodeProperties } from 'n8n-workflow';
import { isTool } from '../../core/items/agentTool';
import type { Item } from '../../core/items/item';

/** Fields that several operations share. */

export const workflowField: INodeProperties = {
	displayName: 'Workflow',
	name: 'workflowId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The deployed ComfyUI workflow to run',
	// From the deployment's list, or by ID where it has none.
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a workflow...',
			typeOptions: { searchListMethod: 'searchWorkflows', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 550e8400-e29b-41d4-a716-446655440000',
		},
	],
};

/** Condition to hide a field by until a workflow is chosen: a fresh node asks for one thing. */
export const NO_WORKFLOW = { workflowId: [''] };

const groupDescription =
	'Label that Flowscale keeps with the run. The node checks the runs of one group together, and you can find them by this label.';

const groupOrNone = `${groupDescription} Leave empty to send none.`;
const groupOrDefault = `${groupDescription} Leave empty for a group per execution.`;

/**
 * An agent cannot know a group's name, so a tool's field is no expression and is not left to the
 * model.
 */
export const groupFields: INodeProperties[] = [
	{
		displayName: 'Group ID',
		name: 'groupId',
		type: 'string',
		default: '=n8n-{{ $execution.id }}',
		description: groupOrNone,
		displayOptions: { hide: { '@tool': [true], ...NO_WORKFLOW } },
	},
	{
		displayName: 'Group ID',
		name: 'groupId',
		type: 'string',
		noDataExpression: true,
		default: '',
		description: groupOrDefault,
		displayOptions: { show: { '@tool': [true] }, hide: NO_WORKFLOW },
	},
];

export const runField: INodeProperties = {
	displayName: 'Run',
	name: 'runId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'id', value: '={{ $json.run_id }}' },
	description: 'A run that was started here or anywhere else',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a run...',
			typeOptions: { searchListMethod: 'searchRuns', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 808f34d0-ef97-4b78-a00f-1268077ea6db',
		},
	],
};

export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
	displayOptions: { hide: { '@tool': [true] } },
};

/** Whether an operation gives our items or the service's objects: a tool says so under Output. */
export function isSimplified(item: Item): boolean {
	return isTool(item.context)
		? item.raw('output', 'simplified') !== 'raw'
		: item.flag('simplify', true);
}

export const returnAllField: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

export const limitField: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 50,
	description: 'Max number of results to return',
	displayOptions: { show: { returnAll: [false] } },
};

export const reuseOption: INodeProperties = {
	displayName: 'Reuse Run',
	name: 'reuseRun',
	type: 'options',
	options: [
		{
			name: 'Any in Group',
			value: 'anyInGroup',
			description:
				'Take any run of this workflow in the group. For a group per order or per row, files included.',
		},
		{ name: 'Never', value: 'never', description: 'Start a run for each item' },
		{
			name: 'Same Inputs',
			value: 'sameInputs',
			description: 'Take a run with the same text inputs. Files cannot be compared.',
		},
	],
	default: 'never',
	description:
		'Whether to take an unfinished or successful run of this workflow that is in the group already, instead of starting another one. Each run is taken by one item. Needs a Group ID that stays the same between executions.',
};

export const maxQueuedOption: INodeProperties = {
	displayName: 'Max Queued Runs',
	name: 'maxQueued',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 0,
	description:
		'Start a run only while fewer runs than this wait in the deployment’s queue. 0 means no limit. Has no effect where the deployment does not show its queue.',
};

export const filtersField = (options: INodeProperties[]): INodeProperties => ({
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add Filter',
	default: {},
	options,
});

/** Filters of every list of runs, the trigger's included. */
export const groupFilter: INodeProperties = {
	displayName: 'Group ID',
	name: 'groupId',
	type: 'string',
	default: '',
	description:
		'Only runs with this label. Some deployments list the runs of one group only. There it is required.',
};

export const workflowFilter: INodeProperties = {
	displayName: 'Workflow',
	name: 'workflowId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: 'Only runs of this workflow',
	modes: workflowField.modes,
};
