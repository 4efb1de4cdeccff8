import type { INodeProperties } from 'n8n-workflow';

/** Fields that several operations share. */
export const workflowField: INodeProperties = {
	displayName: 'Workflow',
	name: 'workflowId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The deployed ComfyUI workflow to run',
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

export const groupField: INodeProperties = {
	displayName: 'Group ID',
	name: 'groupId',
	type: 'string',
	default: '=n8n-{{ $execution.id }}',
	description:
		'Label that Flowscale keeps with the run. Runs of one group are watched together and can be found again by it. Leave empty to send none.',
};

export const runField: INodeProperties = {
	displayName: 'Run ID',
	name: 'runId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. {{ $json.run_id }}',
	description: 'ID of a run that was started here or anywhere else',
};

export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

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
	type: 'boolean',
	default: false,
	description:
		'Whether to take an unfinished or successful run of the group with the same workflow and text inputs instead of starting another. Needs a Group ID that stays the same between executions.',
};

/** Filters of every list of runs, the trigger's included. */
export const groupFilter: INodeProperties = {
	displayName: 'Group ID',
	name: 'groupId',
	type: 'string',
	default: '',
	description:
		'Only runs with this label. Some deployments list the runs of one group only, and then need it.',
};

export const workflowFilter: INodeProperties = {
	displayName: 'Workflow',
	name: 'workflowId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: 'Only runs of this workflow',
	modes: workflowField.modes,
};
