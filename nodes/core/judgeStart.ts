import { type Head, isLoss } from './http';
import type { Loss } from './networkError';

type Verdict = 'answered' | 'notReached' | 'refused' | 'uncertain';

/** Whether a start may be repeated: only when it certainly never reached the service. */
export function judgeStart(result: Head | Loss): Verdict {
	if (isLoss(result))
		return result.reached === 'perhaps' ? 'uncertain' : result.isPassing ? 'notReached' : 'refused';
	const { status, headers } = result;
	if (status >= 200 && status < 300) return 'answered';
	if (status === 429 || (status === 503 && headers['retry-after'] !== undefined))
		return 'notReached';
	return status === 408 || status >= 500 ? 'uncertain' : 'refused';
}
