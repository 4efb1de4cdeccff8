import type { INodeProperties } from 'n8n-workflow';
import type { Item } from '../items/item';
import type { CancelRemote, WaitOrder } from './runWaiter';

/** How long, how often and how many runs are waited for. */
export const waitingOptions: INodeProperties[] = [
	{
		displayName: 'Cancel Remote Run',
		name: 'cancelRemote',
		type: 'options',
		options: [
			{
				name: 'Never',
				value: 'never',
				description: 'Runs continue, whatever happens to the execution',
			},
			{
				name: 'On Stop',
				value: 'onStop',
				description: 'When the execution is stopped by you, or timed out by n8n',
			},
			{
				name: 'On Stop or Timeout',
				value: 'onStopOrTimeout',
				description: 'Also when a run takes longer than Timeout',
			},
		],
		default: 'onStop',
		description: 'When to cancel runs that have not ended, so that they cost nothing more',
	},
	{
		displayName: 'Live Events',
		name: 'liveEvents',
		type: 'boolean',
		default: true,
		description:
			'Whether to follow the event stream of the last few runs, which reports their end at once. Has no effect where there is none.',
	},
	{
		displayName: 'Max Concurrent Runs',
		name: 'maxConcurrent',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 10,
		description: 'How many runs this node has in progress at a time',
	},
	{
		displayName: 'On Failed Run',
		name: 'onFailedRun',
		type: 'options',
		options: [
			{
				name: 'Return as Item',
				value: 'item',
				description:
					'A run that failed, timed out or was cancelled becomes a normal item, with its state',
			},
			{
				name: 'Throw Error',
				value: 'error',
				description: 'The item fails, and with it the node unless On Error says otherwise',
			},
		],
		default: 'error',
		description: 'What to do with an item whose run did not succeed',
	},
	{
		displayName: 'Poll Interval (Seconds)',
		name: 'pollInterval',
		type: 'number',
		typeOptions: { minValue: 0.1, numberPrecision: 1 },
		default: 2,
		description:
			'Usual pause between two checks. It is shorter in a run’s first seconds and grows with its age, up to five times this.',
	},
	{
		displayName: 'Timeout (Seconds)',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 600,
		description:
			'How long to wait for each run, counted from its start here, or from the beginning of the wait if it was started elsewhere. 0 means no limit.',
	},
];

/**
 * The options of waiting that apply, with a description of Timeout that fits.
 * @param without parameters of options that do not apply
 * @param describe the description of Timeout, from the usual one
 */
export const waitingOptionsFor = (
	without: readonly string[],
	describe: (usual: string) => string,
): INodeProperties[] =>
	waitingOptions
		.filter(({ name }) => !without.includes(name))
		.map((option) =>
			option.name === 'timeout'
				? { ...option, description: describe(option.description ?? '') }
				: option,
		);

/** For services that can cancel a run. */
export const startTimeoutOption: INodeProperties = {
	displayName: 'Start Timeout (Seconds)',
	name: 'startTimeout',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 0,
	description:
		'How long a run may wait in the queue, counted as in Timeout. A run that has not begun by then is cancelled, and its item fails. 0 means no limit.',
};

/** Where the wait takes place: one choice for all items. */
export const waitModeFields: INodeProperties[] = [
	{
		displayName: 'Wait Mode',
		name: 'waitMode',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'In Execution',
				value: 'inExecution',
				description:
					'The execution stays active until the runs have ended. For runs of seconds to a few minutes.',
			},
			{
				name: 'Suspended',
				value: 'suspended',
				description:
					'After a minute the execution is saved, leaves the worker, and checks again from time to time. It survives a restart of n8n. For runs of many minutes to hours.',
			},
		],
		default: 'inExecution',
		description: 'How the node waits',
		// An agent waits for its tool, so a tool cannot be suspended.
		displayOptions: { hide: { '@tool': [true] } },
	},
	{
		displayName:
			'Runs are polled for a minute. Then the execution is saved, and checks again after 1 to 15 minutes. Set Timeout in the options to the longest time that runs may take. If you stop the execution while it is saved, its runs continue.',
		name: 'suspendedNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { waitMode: ['suspended'] }, hide: { '@tool': [true] } },
	},
];

/**
 * @param usualTimeoutSeconds where the user set none
 * @throws ConfigurationError
 */
export function readWaitOrder(item: Item, usualTimeoutSeconds = 600): WaitOrder {
	return {
		timeoutMs: item.amount('options.timeout', 'Timeout', usualTimeoutSeconds, 0) * 1000,
		startTimeoutMs: item.amount('options.startTimeout', 'Start Timeout', 0, 0) * 1000,
		cancelRemote: item.choice<CancelRemote>('options.cancelRemote', 'Cancel Remote Run', [
			'onStop',
			'never',
			'onStopOrTimeout',
		]),
		isFailedRunAnItem:
			item.choice('options.onFailedRun', 'On Failed Run', ['error', 'item']) === 'item',
	};
}

/**
 * Settings of the watcher that all items share; the first item's count.
 * @throws ConfigurationError
 */
export function readWatchSettings(item: Item): {
	intervalMs: number;
	hasLiveEvents: boolean;
	maxConcurrent: number;
} {
	return {
		intervalMs: item.amount('options.pollInterval', 'Poll Interval', 2, 0.1) * 1000,
		hasLiveEvents: item.flag('options.liveEvents', true),
		maxConcurrent: item.amount('options.maxConcurrent', 'Max Concurrent Runs', 10, 1),
	};
}
