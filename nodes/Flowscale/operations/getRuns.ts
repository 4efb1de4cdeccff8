import type { INodePropertyOptions } from 'n8n-workflow';
import type { Operation } from '../../core/items/operation';
import { itemOf, rawItem } from '../../core/files/outputItems';
import type { Run } from '../../core/runs/run';
import { collectRuns } from '../api/runList';
import type { FlowscaleSession } from '../runs/session';
import {
	groupFilter,
	limitField,
	returnAllField,
	simplifyField,
	workflowFilter,
} from '../inputs/fields';
import { runShape } from '../../core/runs/runShape';

const stateChoices: INodePropertyOptions[] = [
	{ name: 'Cancelled', value: 'cancelled' },
	{ name: 'Failed', value: 'failed' },
	{ name: 'Queued', value: 'queued' },
	{ name: 'Running', value: 'running' },
	{ name: 'Succeeded', value: 'succeeded' },
	{ name: 'Timed Out', value: 'timed_out' },
	{ name: 'Unknown', value: 'unknown' },
];

export const getRuns: Operation<FlowscaleSession> = {
	name: 'Get Many',
	value: 'getMany',
	action: 'Get many runs',
	description: 'Get a list of runs, newest first unless sorted otherwise',
	output: runShape,
	fields: [
		returnAllField,
		limitField,
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add Filter',
			default: {},
			options: [
				groupFilter,
				{
					displayName: 'Status',
					name: 'status',
					type: 'multiOptions',
					options: stateChoices,
					default: [],
					description: 'Only runs in one of these states',
				},
				workflowFilter,
			],
		},
		simplifyField,
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add option',
			default: {},
			options: [
				{
					displayName: 'Sort By',
					name: 'sortBy',
					type: 'options',
					options: [
						{ name: 'Completed At', value: 'completed_at' },
						{ name: 'Created At', value: 'created_at' },
						{ name: 'Started At', value: 'started_at' },
					],
					default: 'created_at',
				},
				{
					displayName: 'Sort Order',
					name: 'sortOrder',
					type: 'options',
					options: [
						{ name: 'Ascending', value: 'asc' },
						{ name: 'Descending', value: 'desc' },
					],
					default: 'desc',
				},
			],
		},
	],
	prepare: (item, { api, stop }) => {
		const limit = item.flag('returnAll', false)
			? Number.POSITIVE_INFINITY
			: item.amount('limit', 'Limit', 50, 1);
		const groupId = item.optionalText('filters.groupId') || undefined;
		const workflowId = item.optionalText('filters.workflowId');
		const states: string[] = item.choices(
			'filters.status',
			'Status',
			stateChoices.map(({ value }) => String(value)),
		);
		const isWanted = (run: Run) =>
			(workflowId === '' || run.workflow_id === workflowId) &&
			(states.length === 0 || states.includes(run.state));
		const sortBy = item.choice('options.sortBy', 'Sort By', [
			'created_at',
			'started_at',
			'completed_at',
		]);
		const sortOrder = item.choice('options.sortOrder', 'Sort Order', ['desc', 'asc']);
		const isSimple = item.flag('simplify', true);
		return async () => {
			const found = await collectRuns(api, { groupId, sortBy, sortOrder }, isWanted, limit, stop);
			return found.map(({ run, raw }) => (isSimple ? itemOf(run) : rawItem(raw)));
		};
	},
};
