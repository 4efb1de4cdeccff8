import type { INodeProperties } from 'n8n-workflow';
import { type NamedValuesForm, namedValuesFields } from '../../../../../nodes/core/namedValues';
import { waitingOptions, waitModeFields } from '../../../../../nodes/core/waitingFields';

export const workflowField: INodeProperties = {
	displayName: 'Workflow ID',
	name: 'workflowId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 3fef208b-7d25-4d9a-8ec9-c79eb2153234',
	description: 'From the address of the workflow’s editing page: what comes after the equals sign',
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

export const paramsForm: NamedValuesForm = {
	mode: 'inputMode',
	pairs: 'params',
	entry: 'param',
	json: 'paramsJson',
	word: 'Parameter',
	namePlaceholder: 'e.g. 6::text',
	jsonPlaceholder: 'e.g. { "6::text": "a red fox", "3::seed": 42 }',
	hint: 'A parameter is named node::field. Right-click twice in a row on a field in the Comflowy editor: the browser’s console then shows its Field_id.',
};

export const startFields = [workflowField, ...namedValuesFields(paramsForm)];

export const progressUrlOption: INodeProperties = {
	displayName: 'On Progress URL',
	name: 'onProgressUrl',
	type: 'string',
	default: '',
	placeholder: 'e.g. the URL of a Comflowy Trigger',
	description: 'Address that Comflowy calls while the run is in progress',
};

export const resultUrlOption: INodeProperties = {
	displayName: 'On Result URL',
	name: 'onResultUrl',
	type: 'string',
	default: '',
	placeholder: 'e.g. the URL of a Comflowy Trigger',
	description: 'Address that Comflowy calls when the run has ended',
};

export const lookUpOption: INodeProperties = {
	displayName: 'Look Up After (Seconds)',
	name: 'lookUpAfter',
	type: 'number',
	typeOptions: { minValue: 60 },
	default: 300,
	hint: 'Only with Wait Mode "Callback"',
	description: 'How long to wait for a callback before the runs are looked up, since a callback may get lost',
};

/** Comflowy has neither cancelling nor event streams. */
export const pollingOptions = waitingOptions.filter(({ name }) => name !== 'cancelRemote' && name !== 'liveEvents');

const [waitMode, suspendedNotice] = waitModeFields;

export const comflowyWaitModeFields: INodeProperties[] = [
	{
		...waitMode,
		options: [
			{ name: 'Callback', value: 'callback', description: 'The execution is saved and leaves the worker until Comflowy calls back. Needs an n8n that can be reached from the internet.' },
			...(waitMode.options ?? []),
		],
	},
	suspendedNotice,
	{
		displayName: 'Connect the output "Still Running" back to this node’s own input, and the next node to "Done". Comflowy wakes the execution with its result callback. If none comes, the runs are looked up after a while.',
		name: 'callbackNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { waitMode: ['callback'] } },
	},
];
