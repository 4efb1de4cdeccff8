import type { JsonRecord } from '../../../../../nodes/core/json';
import { isFinished, stateOf } from '../../../../../nodes/core/runs/run';
import { readOutputs } from './outputs';

export type CallbackEvent = 'result' | 'progress';

/**
 * Words of the vendor's API page for progress; `message` carries whatever a node of the workflow
 * reports.
 */
const PROGRESS = ['waiting', 'pending', 'running', 'message'];

/**
 * Results are `success` or `failed` (vendor's API page), any other word for an end, and an unknown
 * word that comes with images: they are what the run was paid for. Anything else is progress.
 * @param type in lower case
 */
export function eventOf(type: string, body: JsonRecord): CallbackEvent {
	const state = stateOf(type);
	if (isFinished(state)) return 'result';
	const isProgress = PROGRESS.includes(type) || state !== 'unknown';
	return isProgress || readOutputs(body).length === 0 ? 'progress' : 'result';
}
