import type { INodeProperties } from 'n8n-workflow';
import { NO_WORKFLOW } from './fields';

const withWorkflow = { hide: NO_WORKFLOW };

/** How the inputs of a workflow are entered: a form or JSON, and the item's files to upload. */
export const inputFields: INodeProperties[] = [
	{
		displayName: 'Specify Inputs',
		name: 'inputMode',
		type: 'options',
		options: [
			{ name: 'Using Fields Below', value: 'fields' },
			{ name: 'Using JSON', value: 'json' },
		],
		default: 'fields',
		description: 'Whether to fill in a form of the workflow’s inputs or to write them as JSON',
		displayOptions: withWorkflow,
	},
	{
		displayName: 'Inputs',
		name: 'inputs',
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		required: true,
		description:
			'The inputs that the workflow declares. Empty fields keep the workflow’s defaults.',
		typeOptions: {
			loadOptionsDependsOn: ['workflowId.value'],
			resourceMapper: {
				resourceMapperMethod: 'getWorkflowInputs',
				mode: 'add',
				valuesLabel: 'Inputs',
				fieldWords: { singular: 'input', plural: 'inputs' },
				addAllFields: true,
				// n8n's word for it is "Mapping Column Mode", and there are no columns here. Saved nodes
				// that map are still read.
				supportAutoMap: false,
				refreshStaleSchemaOnOpen: true,
				noFieldsError: 'No inputs are known for this workflow. Use JSON instead.',
			},
		},
		displayOptions: { show: { inputMode: ['fields'] }, ...withWorkflow },
	},
	{
		displayName:
			'A file input takes the name of the item’s field with the file (data), {{ $binary.photo }}, or a web address. Empty inputs keep the workflow’s defaults.',
		name: 'inputsNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { inputMode: ['fields'] }, ...withWorkflow },
	},
	{
		displayName: 'Inputs (JSON)',
		name: 'inputsJson',
		type: 'json',
		default: '{}',
		placeholder: 'e.g. { "text_51536": "a red fox in the snow", "seed_51537": 42 }',
		hint: 'Parameter names such as text_51536 are in the deployment’s API dashboard',
		description:
			'Parameter names and their values. A list sends its values one by one under the same name.',
		displayOptions: { show: { inputMode: ['json'] }, ...withWorkflow },
	},
	{
		displayName: 'Files',
		name: 'files',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add File',
		default: {},
		description: 'Files of the item to upload, for inputs that the form does not show',
		displayOptions: { hide: { '@tool': [true], ...NO_WORKFLOW } },
		options: [
			{
				displayName: 'File',
				name: 'file',
				values: [
					{
						displayName: 'Input Data Field Name',
						name: 'binaryField',
						type: 'string',
						default: 'data',
						placeholder: 'e.g. data',
						hint: 'Several fields, separated by commas, are sent under the same name',
						description: 'Name of the item’s field that holds the file',
					},
					{
						displayName: 'Parameter',
						name: 'parameter',
						type: 'string',
						default: '',
						placeholder: 'e.g. image_22068',
						description: 'Name of the workflow’s parameter that takes the file',
					},
				],
			},
		],
	},
];
