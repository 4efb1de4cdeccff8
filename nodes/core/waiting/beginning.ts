import { ServiceError } from '../errors';
import type { Run } from '../runs/run';

/** Statuses of services for an accepted run that may be queued or at work. */
const AMBIGUOUS_WORDS = ['in_progress', 'in progress', 'in-progress', 'processing'];

/**
 * `unclear`: the service reports neither a status nor a time that distinguishes a queued run from
 * one at work.
 */
export type Beginning = 'begun' | 'waiting' | 'unclear';

/**
 * Whether a run has begun to work, by the service's word where it has words for both, else by the
 * time of its start.
 * @param reportsStart whether the service's runs have a field for the time of their start
 */
export function beginningOf(run: Run, reportsStart: boolean): Beginning {
	if (run.finished || run.started_at !== null) return 'begun';
	if (run.state === 'queued') return 'waiting';
	const isAtWork = run.state === 'running' && !AMBIGUOUS_WORDS.includes(run.status.trim());
	if (isAtWork) return 'begun';
	return reportsStart ? 'waiting' : 'unclear';
}

/** The run did not begin in time. */
export class StartTimeout extends ServiceError {}

export function startTimeout(runId: string, startTimeoutMs: number): StartTimeout {
	return new StartTimeout(`The run had not begun after ${durationText(startTimeoutMs)}`, {
		runId,
		state: 'timed_out',
	});
}

/** `90 s`, `5 minutes` */
export function durationText(ms: number): string {
	const seconds = Math.round(ms / 100) / 10;
	if (seconds < 60 || seconds % 60 !== 0) return `${seconds} s`;
	return seconds === 60 ? '1 minute' : `${seconds / 60} minutes`;
}
