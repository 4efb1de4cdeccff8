import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { systemClock } from '../../core/async/clock';
import {
	ServiceError,
	ExecutionCancelledError,
	toNodeError,
	ConfigurationError,
} from '../../core/errors';
import {
	CLOCK_SKEW_MS,
	readMemory,
	updateMemory,
	type TriggerMemory,
} from '../../core/trigger/newlyEnded';
import { timeLimit } from '../../core/async/signals';
import { findEndedRuns } from './endedRuns';
import { isFirstPoll, withoutOverlap } from './pollOnce';
import { isGroupMissing, NEEDS_GROUP } from '../api/runList';
import { LIMITS, type SeenRun } from '../api/runPages';
import { openConnection } from '../api/connection';
import { itemsOf } from './triggerItems';
import { newestEnd } from './triggerSample';
import { readSettings, type TriggerSettings } from './triggerSettings';
import { asJson } from '../../core/nodeStore';

/** Catching up on this many runs is worth a line in the log. */
const MANY_RUNS = 1_000;

/**
 * Runs that ended since the last poll, as items; null when there are none.
 * @throws NodeApiError | NodeOperationError
 */
export async function pollRuns(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	try {
		if (context.getMode() === 'manual') return [await testRun(context)];
		return await withoutOverlap(context, async () => await poll(context));
	} catch (error) {
		throw toNodeError(context.getNode(), readable(error));
	}
}

async function poll(context: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	const settings = await readSettings(context);
	const store = context.getWorkflowStaticData('node');
	const isSkipping = isFirstPoll(context, store) && settings.skipsMissedRuns;
	const memory = isSkipping ? undefined : readMemory(store.memory, settings.scope);

	const watch = await openWatch(context, settings);
	const startedAtMs = watch.clock.now();
	const observation = await findEndedRuns(watch, memory).catch(nameGroup(settings));
	checkWorkflows(observation.runs, settings);
	const { memory: next, events } = updateMemory(memory, observation, startedAtMs, settings);
	const items = events.flatMap((seen) => itemsOf(seen, settings));
	logCatchUp(context, events.length, observation.pages, next);
	// This comes last, after everything that can fail.
	store.memory = asJson(next);
	return items.length > 0 ? [items] : null;
}

/** The newest run that fits, to build the next steps with; the memory is not touched. */
async function testRun(context: IPollFunctions): Promise<INodeExecutionData[]> {
	const settings = await readSettings(context);
	const newest = await newestEnd(await openWatch(context, settings)).catch(nameGroup(settings));
	checkWorkflows(newest.runs, settings);
	if (newest.match !== undefined) return itemsOf(newest.match, settings);
	throw new ConfigurationError(
		'There is no run to show yet: none of the newest runs has ended and fits the events and filters',
		'Start a run, wait until it has ended, and fetch the test event again; or choose more events, or fewer filters. An active workflow needs no test event.',
	);
}

async function openWatch(context: IPollFunctions, { groupId, isWanted }: TriggerSettings) {
	// n8n may abandon a poll, after 45 s or after the time that this method returns. It is absent
	// before n8n 2.38.
	const allowedMs =
		(context as Partial<IPollFunctions>).getPollBudgetMs?.() ?? Number.POSITIVE_INFINITY;
	const limits = { ...LIMITS, budgetMs: Math.min(LIMITS.budgetMs, allowedMs * 0.8) };
	const { api, transport } = await openConnection(context, systemClock, timeLimit(limits.budgetMs));
	const latestEndMs = () => transport.serviceTime(systemClock.now()) + CLOCK_SKEW_MS;
	return { api, groupId, isWanted, clock: systemClock, latestEndMs, limits };
}

/** At activation n8n shows the message and nothing else. */
function nameGroup({ groupId }: TriggerSettings) {
	return (error: unknown): never => {
		throw isGroupMissing(error, groupId) ? new ConfigurationError(NEEDS_GROUP) : error;
	};
}

function checkWorkflows(runs: SeenRun[], { isByWorkflow }: TriggerSettings): void {
	const lacksWorkflows = runs.length > 0 && runs.every(({ run }) => run.workflow_id === null);
	if (isByWorkflow && lacksWorkflows)
		throw new ConfigurationError(
			'The run list of this deployment does not show the workflow of a run. Remove Workflow under Filters and use a Group ID instead',
		);
}

function logCatchUp(
	context: IPollFunctions,
	count: number,
	requests: number,
	{ nextPage }: TriggerMemory,
): void {
	if (nextPage === 1 && count < MANY_RUNS) return;
	const rest = nextPage > 1 ? 'more are left for the next poll' : 'none are left';
	context.logger.info(
		`${context.getNode().name}: catching up, ${count} ended runs reported after ${requests} requests, ${rest}`,
	);
}

function readable(error: unknown): unknown {
	if (!(error instanceof ExecutionCancelledError)) return error;
	return new ServiceError('Flowscale did not answer in time', {
		isRetryable: true,
		hint: 'Nothing is lost: the next poll continues where the last good one ended.',
	});
}
