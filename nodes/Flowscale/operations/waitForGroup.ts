import { ServiceError } from '../../core/errors';
import { outputOptions, readOutputSettings } from '../../core/files/outputFields';
import { outputItems } from '../../core/files/outputItems';
import { type ItemOutput, optionsField } from '../../core/items/operation';
import { hasUnknownEnd, type KnownRun, runWithId, timeOf } from '../../core/runs/run';
import { runWithFilesShape } from '../../core/runs/runShape';
import { readWaitOrder, waitingOptionsFor, waitModeFields } from '../../core/waiting/waitingFields';
import { waitingOperation } from '../../core/waiting/waitingOperation';
import { existingGroupId } from '../inputs/groupId';
import { groupIdField } from '../inputs/groupIdField';
import { knownRunsOfGroup } from '../runs/groups';
import { completeOutputs, CONFIRMED } from '../runs/outputs';
import type { FlowscaleSession } from '../runs/session';
import { createWatchService } from '../runs/watching';

/** The others are about runs of this node, or about single runs. */
const groupWaitingOptions = waitingOptionsFor(
	['liveEvents', 'maxConcurrent'],
	() =>
		'How long to wait for the runs of the group, counted from the beginning of the wait. 0 means no limit.',
);

export const waitForGroup = waitingOperation<FlowscaleSession>({
	name: 'Wait',
	value: 'wait',
	action: 'Wait for a group of runs',
	description:
		'Wait until every run of a group has ended, wherever it was started, and return their outputs',
	output: runWithFilesShape,
	fields: [groupIdField, ...waitModeFields, optionsField(groupWaitingOptions, outputOptions)],
	prepareWait: (item, session) => {
		const groupId = existingGroupId(item.text('groupId', 'Group ID'));
		const settings = readOutputSettings(item);
		const order = readWaitOrder(item);
		const itemsOf = async (run: KnownRun) =>
			await outputItems(await withOutputs(session, run), settings, session);
		return {
			order,
			begin: async () => runWithId(groupId),
			known: () => runWithId(groupId),
			finish: async () => {
				const runs = await endedRuns(session, groupId);
				if (!order.isFailedRunAnItem) checkAllSucceeded(groupId, runs);
				// All at once: each may wait some seconds for its outputs. Requests and downloads have limits
				// of their own.
				return (await Promise.all<ItemOutput[]>(runs.map(itemsOf))).flat();
			},
		};
	},
});

/**
 * The runs of a group that have ended, in the order of their start; those that join it later are
 * left out.
 */
async function endedRuns(session: FlowscaleSession, groupId: string): Promise<KnownRun[]> {
	const { api, stop } = session;
	const watch = createWatchService(session);
	const runs: KnownRun[] = [];
	for await (const listed of knownRunsOfGroup(api, groupId, stop, CONFIRMED)) {
		// An entry of id, status and outputs alone (JS SDK's readme), or a timeout that only its
		// outputs show.
		const run =
			listed.created_at === null
				? ((await api.run(listed.run_id, listed, CONFIRMED))?.run ?? listed)
				: listed;
		const verified = run.finished ? run : await watch.verify?.(run);
		if (verified?.finished) runs.push(verified);
	}
	// The list is newest first; the sort keeps the order of equal times.
	return runs.reverse().sort((a, b) => timeOf(a.created_at) - timeOf(b.created_at) || 0);
}

async function withOutputs(session: FlowscaleSession, run: KnownRun): Promise<KnownRun> {
	return run.state === 'succeeded' ? await completeOutputs(session, run) : run;
}

/** @throws ServiceError that names the runs that did not succeed */
function checkAllSucceeded(groupId: string, runs: KnownRun[]): void {
	const failed = runs.filter((run) => run.state !== 'succeeded' && !hasUnknownEnd(run));
	if (failed.length === 0) return;
	const named = failed
		.slice(0, 5)
		.map(({ run_id, state, error_message }) =>
			error_message ? `run ${run_id} ${state}: ${error_message}` : `run ${run_id} ${state}`,
		);
	const more = failed.length > 5 ? ', …' : '';
	throw new ServiceError(
		`${failed.length} of ${runs.length} runs of group "${groupId}" did not succeed: ${named.join(', ')}${more}`,
		{
			hint: 'To get the results of the others, and the failed runs as normal items, set On Failed Run to "Return as Item".',
		},
	);
}
