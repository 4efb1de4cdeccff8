import type { IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { hintOnce } from '../../core/execution/hintOnce';
import { type Operation, optionsField } from '../../core/items/operation';
import { itemOf, rawItem } from '../../core/files/outputItems';
import type { Run } from '../../core/runs/run';
import { collectRuns, readRunPage, type RunCollection } from '../api/runList';
import type { FlowscaleSession } from '../runs/session';
import { existingGroupId } from '../inputs/groupId';
import { chosenId } from '../inputs/chosenId';
import {
	filtersField,
	groupFilter,
	limitField,
	returnAllField,
	isSimplified,
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

const LARGEST_PAGE = 100;

export const getRuns: Operation<FlowscaleSession> = {
	name: 'Get Many',
	value: 'getMany',
	action: 'Get many runs',
	description: 'Get a list of runs, newest first unless sorted otherwise',
	output: runShape,
	fields: [
		returnAllField,
		limitField,
		filtersField([
			groupFilter,
			{
				displayName: 'State',
				name: 'status',
				type: 'multiOptions',
				options: stateChoices,
				default: [],
				description: 'Only runs in one of these states',
			},
			workflowFilter,
		]),
		simplifyField,
		optionsField([
			{
				displayName: 'Page',
				name: 'page',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 1,
				description:
					'Return this page alone, with as many runs as Limit says (100 at most). Filters other than Group ID apply within the page. With Simplify off each item holds the totals in meta.',
			},
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
				description: 'Time to sort the runs by; those without it come last',
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
				description: 'Whether the newest or the oldest run comes first',
			},
		]),
	],
	prepare: (item, { api, context, stop }) => {
		const limit = item.flag('returnAll', false)
			? Number.POSITIVE_INFINITY
			: item.amount('limit', 'Limit', 50, 1);
		const groupId = existingGroupId(item.optionalText('filters.groupId', 'Group ID')) || undefined;
		const workflowId = chosenId(item.raw('filters.workflowId', ''));
		const states: string[] = item.choices(
			'filters.status',
			'State',
			stateChoices.map(({ value }) => String(value)),
		);
		const isWanted = (run: Run) =>
			(!workflowId || run.workflow_id === workflowId) &&
			(states.length === 0 || states.includes(run.state));
		const sortBy = item.choice('options.sortBy', 'Sort By', [
			'created_at',
			'started_at',
			'completed_at',
		]);
		const sortOrder = item.choice('options.sortOrder', 'Sort Order', ['desc', 'asc']);
		const isSimple = isSimplified(item);
		const page =
			item.raw('options.page', '') === ''
				? undefined
				: Math.floor(item.amount('options.page', 'Page', 1, 1));
		return async () => {
			const query = { groupId, sortBy, sortOrder } as const;
			if (page !== undefined) {
				const pageSize = Math.min(limit, LARGEST_PAGE);
				const { runs, meta } = await readRunPage(api, { ...query, page, pageSize }, isWanted);
				return runs.map(({ run, raw }) =>
					isSimple ? itemOf(run) : rawItem(meta === undefined ? raw : { ...raw, meta }),
				);
			}
			const { runs, cutAfter } = await collectRuns(api, query, isWanted, limit, stop);
			if (cutAfter !== undefined) noteCut(context, item.index, runs.length, cutAfter);
			return runs.map(({ run, raw }) => (isSimple ? itemOf(run) : rawItem(raw)));
		};
	},
};

/** The list was left before its end: a hint with the result, and a line in n8n's log. */
function noteCut(
	context: IExecuteFunctions,
	itemIndex: number,
	found: number,
	{ read, total }: NonNullable<RunCollection['cutAfter']>,
): void {
	const of = total === undefined ? '' : ` of ${total}`;
	const message = `Only the first ${read}${of} runs of the list were read: ${found} of them pass the filters (item ${itemIndex}). Enter a Group ID under Filters, or turn on Return All to read the whole list.`;
	hintOnce(context, message)();
}
