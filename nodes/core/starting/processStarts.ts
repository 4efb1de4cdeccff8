import { requestKey, type RunIdentity } from '../runs/matchRun';
import type { SentStart } from './startMemory';
import type { StartRequest } from './startService';

/**
 * What is kept of a request: not what sends it, which holds the items of a whole execution, files
 * included where n8n keeps them in memory.
 */
export type StartIdentity = RunIdentity &
	Pick<StartRequest, 'itemIndex' | 'groupId' | 'isGroupOfExecution'>;

export const identityOf = ({
	workflowId,
	texts,
	fileNames,
	itemIndex,
	groupId,
	isGroupOfExecution,
}: StartRequest): StartIdentity => ({
	workflowId,
	texts,
	fileNames,
	itemIndex,
	groupId,
	isGroupOfExecution,
});

/**
 * A start of any execution in this n8n process, in a group that several executions share. A search
 * for the run of a lost start must take them into account, since equal inputs make equal runs.
 */
export interface ProcessStart extends SentStart {
	/** Stands for the starter that sent it, and holds nothing of it. */
	owner: object;
	request: StartIdentity;
	/** Until it is answered. */
	sending: Promise<unknown>;
	/** It got no clear answer, so it may have made any run that fits. */
	isLost: boolean;
	/** Its run is not searched for any more, since the item has failed. */
	isGivenUp: boolean;
	/** The run that it made, or that was adopted for it. */
	runId: string | undefined;
}

/** A retry by hand within this time still finds what others took. */
const KEPT_MS = 3_600_000;
const MOST_KEPT = 10_000;

/** By service and group, oldest first. */
const startsOfGroups = new Map<string, Set<ProcessStart>>();
let kept = 0;

const groupKey = (place: string, groupId: string) => JSON.stringify([place, groupId]);

/**
 * Notes a start that is being sent. Groups of one execution, and starts without a group, are not
 * noted: no other execution can take their runs.
 * @param place the service's address
 */
export function noteStart(place: string, start: ProcessStart): void {
	const { groupId, isGroupOfExecution } = start.request;
	if (groupId === undefined || isGroupOfExecution) return;
	const key = groupKey(place, groupId);
	const starts = startsOfGroups.get(key) ?? new Set();
	// The group that was used last comes last.
	startsOfGroups.delete(key);
	startsOfGroups.set(key, starts.add(start));
	kept++;
	forgetOldStarts(start.sentAtMs);
}

function forgetOldStarts(nowMs: number): void {
	for (const [key, starts] of startsOfGroups) {
		for (const start of starts) {
			if (kept <= MOST_KEPT && nowMs - start.sentAtMs <= KEPT_MS) break;
			starts.delete(start);
			kept--;
		}
		if (starts.size > 0) return;
		startsOfGroups.delete(key);
	}
}

/** A start that certainly made no run. */
export function forgetStart(place: string, start: ProcessStart): void {
	const { groupId } = start.request;
	if (groupId !== undefined && startsOfGroups.get(groupKey(place, groupId))?.delete(start)) kept--;
}

/**
 * Starts of others in the request's group that sent the same, its own earlier try left out. Two
 * executions often send theirs in the same millisecond.
 * @param sent the request's start
 */
export function startsOfOthers(
	place: string,
	owner: object,
	request: StartRequest,
	{ sentAtMs, executionId }: SentStart,
): ProcessStart[] {
	const { groupId, isGroupOfExecution } = request;
	if (groupId === undefined || isGroupOfExecution) return [];
	const sent = requestKey(request);
	const isOurs = (start: ProcessStart) =>
		start.owner === owner ||
		(start.isGivenUp && start.sentAtMs === sentAtMs && start.executionId === executionId);
	return [...(startsOfGroups.get(groupKey(place, groupId)) ?? [])].filter(
		(start) => !isOurs(start) && requestKey(start.request) === sent,
	);
}
