import type { INodeProperties } from 'n8n-workflow';

/** How the inputs of a workflow are entered: a form or JSON, and the binary fields to upload. */
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
	},
	{
		displayName: 'Inputs',
		name: 'inputs',
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		required: true,
		typeOptions: {
			loadOptionsDependsOn: ['workflowId.value'],
			resourceMapper: {
				resourceMapperMethod: 'getWorkflowInputs',
				mode: 'add',
				fieldWords: { singular: 'input', plural: 'inputs' },
				addAllFields: true,
				supportAutoMap: true,
				noFieldsError: 'No inputs are known for this workflow. Use JSON instead.',
			},
		},
		displayOptions: { show: { inputMode: ['fields'] } },
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
		displayOptions: { show: { inputMode: ['json'] } },
	},
	{
		displayName: 'Files',
		name: 'files',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add File',
		default: {},
		description: 'Binary fields of the item to upload',
		options: [
			{
				displayName: 'File',
				name: 'file',
				values: [
					{
						displayName: 'Input Binary Field',
						name: 'binaryField',
						type: 'string',
						default: 'data',
						placeholder: 'e.g. data',
						hint: 'Several fields, separated by commas, are sent under the same name',
						description: 'Name of the binary field that holds the file',
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
