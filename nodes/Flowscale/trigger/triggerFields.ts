import type { INodeProperties } from 'n8n-workflow';
import { outputOptions } from '../../core/files/outputFields';
import { optionsField } from '../../core/items/operation';
import { filtersField, groupFilter, simplifyField, workflowFilter } from '../inputs/fields';

const outputItems = outputOptions.filter(({ name }) => name === 'outputItems');

/** What the user sets on the trigger, besides the poll times that n8n adds. */
export const triggerFields: INodeProperties[] = [
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		required: true,
		options: [
			{ name: 'Run Cancelled', value: 'cancelled', description: 'A run was cancelled' },
			{
				name: 'Run Completed',
				value: 'completed',
				description: 'A run succeeded, and its outputs can be fetched',
			},
			{ name: 'Run Failed', value: 'failed', description: 'A run failed or timed out' },
		],
		default: ['completed'],
		description: 'Which ends of a run start the workflow',
	},
	filtersField([
		{
			...groupFilter,
			description:
				'Only runs with this label. Without it, runs that colleagues start on Flowscale’s canvas (group STUDIO) are reported, too. Some deployments list the runs of one group only. There it is required.',
		},
		workflowFilter,
	]),
	optionsField([
		{
			displayName: 'On Reactivation',
			name: 'onReactivation',
			type: 'options',
			options: [
				{
					name: 'Catch Up',
					value: 'catchUp',
					description: 'Runs that ended while the workflow was switched off are reported',
				},
				{
					name: 'Skip Missed Runs',
					value: 'startAfresh',
					description: 'Only runs that end after the workflow is switched on are reported',
				},
			],
			default: 'catchUp',
			description:
				'What to do when the workflow is switched off and on again. After a restart of n8n the trigger always catches up.',
		},
		...outputItems,
		simplifyField,
	]),
];
