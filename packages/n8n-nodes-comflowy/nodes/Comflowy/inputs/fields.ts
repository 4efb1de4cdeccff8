import type { INodeProperties } from 'n8n-workflow';
import {
	type NamedValuesForm,
	namedValuesFields,
} from '../../../../../nodes/core/items/namedValues';
import { waitingOptionsFor, waitModeFields } from '../../../../../nodes/core/waiting/waitingFields';

export const workflowField: INodeProperties = {
	displayName: 'Workflow ID',
	name: 'workflowId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. 3fef208b-7d25-4d9a-8ec9-c79eb2153234',
	description: 'What comes after the equals sign in the address of the workflow’s editing page',
};

export const runField: INodeProperties = {
	displayName: 'Run ID',
	name: 'runId',
	type: 'string',
	required: true,
	default: '={{ $json.run_id }}',
	placeholder: 'e.g. 808f34d0-ef97-4b78-a00f-1268077ea6db',
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
	hint: 'A parameter is named node::field. To find the name, open the browser’s console (F12) in the Comflowy editor and right-click twice in a row on the field: its Field_id appears there.',
};

export const startFields = [workflowField, ...namedValuesFields(paramsForm)];

const CALLBACK_PLACEHOLDER = 'e.g. https://n8n.example.com/webhook/1b2c/comflowy?token=Xk29vTq7';

export const progressUrlOption: INodeProperties = {
	displayName: 'On Progress URL',
	name: 'onProgressUrl',
	type: 'string',
	default: '',
	placeholder: CALLBACK_PLACEHOLDER,
	description:
		'Address that Comflowy calls while the run is in progress: for a Comflowy Trigger its Production URL, with ?token= and its token',
};

export const resultUrlOption: INodeProperties = {
	displayName: 'On Result URL',
	name: 'onResultUrl',
	type: 'string',
	default: '',
	placeholder: CALLBACK_PLACEHOLDER,
	description:
		'Address that Comflowy calls when the run has ended: for a Comflowy Trigger its Production URL, with ?token= and its token',
};

export const lookUpOption: INodeProperties = {
	displayName: 'Look Up After (Seconds)',
	name: 'lookUpAfter',
	type: 'number',
	typeOptions: { minValue: 60 },
	default: 300,
	hint: 'Only with Wait Mode "Callback"',
	description:
		'How long to wait for a callback before the node checks the runs itself. A callback can get lost.',
};

/** Comflowy has neither cancelling nor event streams. */
export const pollingOptions = waitingOptionsFor(
	['cancelRemote', 'liveEvents'],
	(usual) =>
		`${usual} If you do not add this option, it is 600, or a day (86400) with Wait Mode "Callback".`,
);

const [waitMode, suspendedNotice] = waitModeFields;

export const comflowyWaitModeFields: INodeProperties[] = [
	{
		...waitMode,
		options: [
			{
				name: 'Callback',
				value: 'callback',
				description:
					'The execution is saved and leaves the worker until Comflowy calls back. Needs an n8n that can be reached from the internet.',
			},
			...(waitMode.options ?? []),
		],
	},
	suspendedNotice,
	{
		displayName:
			'Comflowy resumes the execution with its result callback. If none comes, the node checks the runs itself. It waits for a day, or as long as Timeout in the options says.',
		name: 'callbackNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { waitMode: ['callback'] } },
	},
];
