import { ServiceError } from '../errors';
import { type Head, isNetworkFailure } from '../http/http';
import type { NetworkFailure } from '../http/networkError';
import { startAfterStatus } from '../http/statuses';
import type { StartRequest } from './startService';

/** What became of a start that was sent once. */
export type StartVerdict = 'answered' | 'notReached' | 'refused' | 'uncertain';

/** Whether a start may be repeated: only when it certainly never reached the service. */
export function classifyStart(result: Head | NetworkFailure): StartVerdict {
	if (isNetworkFailure(result))
		return result.reached === 'perhaps'
			? 'uncertain'
			: result.isRetryable
				? 'notReached'
				: 'refused';
	const { status, headers } = result;
	if (status >= 200 && status < 300) return 'answered';
	const meaning = startAfterStatus(status, headers['retry-after'] !== undefined);
	return meaning === 'notTaken' ? 'notReached' : meaning;
}

/**
 * The error of a start without a clear answer. It gives the user what is needed to find the run;
 * starting it again would not be safe.
 */
export function mayHaveStarted(
	{ groupId, adviceIfUncertain }: Pick<StartRequest, 'groupId' | 'adviceIfUncertain'>,
	cause: string,
	serviceName: string,
	status?: number,
): ServiceError {
	return new ServiceError(`The run may have started, and was not started again. ${cause}`, {
		status,
		hint:
			groupId === undefined
				? (adviceIfUncertain ??
					`It was started without a group, so it cannot be looked up. Check the runs at ${serviceName} before you execute this item again.`)
				: `Search for it with Run > Get Many and group "${groupId}" before you execute this item again, or set Reuse Run to "Same Inputs".`,
	});
}

/**
 * The service asked for patience ("too many requests") for longer than the item may wait. Nothing
 * was started.
 */
export function heldBackTooLong(failure: ServiceError, patienceMs: number): ServiceError {
	const seconds = Math.round(patienceMs / 100) / 10;
	return new ServiceError(
		`No run was started: no further one was allowed for ${seconds} s. ${failure.message}`,
		{
			...failure.facts,
			hint: 'Execute this item again once other runs have ended, raise Timeout, or lower Max Concurrent Runs.',
		},
	);
}

/** Several runs match, and it is not known which of them is this item's. Nothing was started. */
export function cannotTellApart({ groupId }: Pick<StartRequest, 'groupId'>): ServiceError {
	return new ServiceError(
		`Reuse Run cannot tell which run of group "${groupId}" is this item’s: items differ by their files only`,
		{
			hint: 'No run was started. Give each item a group of its own, for example with its row number in Group ID, and set Reuse Run to "Any in Group".',
		},
	);
}

/** The list of the group names no run that could be taken. Nothing was started. */
export function cannotReuse({ groupId }: Pick<StartRequest, 'groupId'>): ServiceError {
	return new ServiceError(
		`Reuse Run cannot work here: the list of group "${groupId}" shows no run IDs`,
		{ hint: 'No run was started. Set Reuse Run to "Never" to start a run for each item.' },
	);
}
