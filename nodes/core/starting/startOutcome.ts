import { ServiceError } from '../errors';
import { type Head, isNetworkFailure } from '../http/http';
import type { NetworkFailure } from '../http/networkError';
import { startAfterStatus } from '../http/statuses';
import type { StartService } from './startService';

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
	{ adviceIfUncertain }: Pick<StartService, 'adviceIfUncertain'>,
	groupId: string | undefined,
	cause: string,
	status?: number,
): ServiceError {
	return new ServiceError(`The run may have started, and was not started again. ${cause}`, {
		status,
		isStartUnclear: true,
		hint: adviceIfUncertain(groupId),
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
