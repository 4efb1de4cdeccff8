import { ServiceError } from '../errors';
import { type Head, isNetworkFailure } from '../http/http';
import type { NetworkFailure } from '../http/networkError';
import { startAfterStatus } from '../http/statuses';
import type { StartRequest } from './startService';

type Verdict = 'answered' | 'notReached' | 'refused' | 'uncertain';

/** Whether a start may be repeated: only when it certainly never reached the service. */
export function classifyStart(result: Head | NetworkFailure): Verdict {
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

/** What is known when a start got no clear answer: enough to look the run up, not enough to start it again. */
export function mayHaveStarted(
	{ groupId }: StartRequest,
	cause: string,
	status?: number,
): ServiceError {
	return new ServiceError(`The run may have started, and was not started again. ${cause}`, {
		status,
		hint:
			groupId === undefined
				? 'It was started without a group, so it cannot be looked up. Check the runs on the service before you execute this item again.'
				: `Look for it with "Get Many" runs, group "${groupId}", before you execute this item again; or switch on Reuse Run.`,
	});
}
