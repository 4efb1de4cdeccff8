import type { Happened, Poll } from '../happened';
import type { SimRun } from '../service';

const EVENTS = { completed: 'completed', failed: 'failed', cancelled: 'cancelled' } as const;

/** Each run that ended while the trigger was on reaches it exactly once, oldest first. */
export function auditTrigger({ trigger, state, world }: Happened): string[] {
	if (!trigger) return [];
	const { polls, plan } = trigger;
	const good = polls.filter(({ error, isIdle }) => error === undefined && !isIdle);
	const reported = new Map<string, Array<{ poll: Poll; event: string }>>();
	for (const poll of good) {
		const seen = new Map<string, string>();
		for (const { json } of poll.items)
			seen.set(String(json.run_id ?? json._id), String(json.event));
		for (const [id, event] of seen)
			reported.set(id, [...(reported.get(id) ?? []), { poll, event }]);
	}
	const complaints: string[] = [];
	const ofGroup = ({ groupId }: SimRun) => plan.group === '' || groupId === 'poster';
	for (const run of state.runs) {
		const reports = reported.get(run.id) ?? [];
		if (reports.length > 1)
			complaints.push(`trigger: ${run.id} is reported ${reports.length} times`);
		const [first] = reports;
		if (first && (run.outcome === null || EVENTS[run.outcome] !== first.event))
			complaints.push(`trigger: ${run.id} is called ${first.event}, and is ${run.outcome}`);
		if (first && !ofGroup(run)) complaints.push(`trigger: ${run.id} is of another group`);
		if (run.outcome === null || !plan.events.includes(run.outcome) || !ofGroup(run)) continue;
		if (reports.length === 0 && isDue(good, run) && !world.service.isSparse)
			complaints.push(`trigger: ${run.id} ended and is never reported`);
		if (first && isHistory(good, run))
			complaints.push(`trigger: ${run.id} ended before the trigger was on, and is reported`);
	}
	return complaints;
}

/** A poll that reads only a part goes on with the next one; after so many it has come to an end. */
const POLLS_THAT_SUFFICE = 3;
/**
 * A poll has some 25 s, since n8n gives up on it after 45 s. One that takes them all, as a request
 * was never answered, reports nothing, and the next one reads the rest of the list first.
 */
const CUT_SHORT_MS = 20_000;

/** It ended after the first poll was over, and was listed before the last few began. */
function isDue(good: Poll[], run: SimRun): boolean {
	const [first] = good;
	if (first === undefined || run.isForgotten) return false;
	const shownMs = Math.max(run.endListedMs ?? Number.POSITIVE_INFINITY, run.listedMs);
	const polls = good.filter(
		({ startedMs, endedMs }) => startedMs > shownMs && endedMs - startedMs < CUT_SHORT_MS,
	).length;
	return (run.endedMs ?? 0) > first.endedMs && polls >= POLLS_THAT_SUFFICE;
}

function isHistory(good: Poll[], run: SimRun): boolean {
	const [first] = good;
	const shownMs = Math.max(run.endListedMs ?? Number.POSITIVE_INFINITY, run.listedMs);
	return first !== undefined && shownMs < first.startedMs;
}
