import { pauseBeforeRetry, READ_TRIES } from '../http/retry';

/**
 * Pauses before each further check for something that the service names and that is not there yet:
 * an output that it does not list, a file that its host does not have. 15.75 seconds in all, for
 * one output as for one of many.
 */
const PAUSES_MS = [250, 500, 1_000, 2_000, 4_000, 8_000];
const PATIENCE_MS = PAUSES_MS.reduce((sum, ms) => sum + ms, 0);

/**
 * Pause before the next check, after this many checks (from 1) that found nothing; undefined: no
 * further check is made.
 */
export function pauseBeforeCheck(checks: number): number | undefined {
	return PAUSES_MS[checks - 1];
}

/**
 * After this many checks, a run that neither names nor lists an output and ended long ago has none.
 */
const CHECKS_WITHOUT_OUTPUTS = 3;

export interface OutputsSeen {
	/** Checks made so far, from 1. */
	checks: number;
	/** Outputs that are named, or listed without content. */
	missing: number;
	/** Outputs that are listed. */
	listed: number;
	/** Time from the beginning of the first check to that of the last one, in ms. */
	elapsedMs: number;
	/**
	 * Time since the run's end by the service's clock, in ms; NaN when it does not say when that was.
	 */
	endedAgoMs: number;
	/** The last check failed, so it shows nothing of outputs that came since the one before. */
	hasFailed?: boolean;
}

/**
 * What to do about the outputs of a run that succeeded: check again after a pause, or take what is
 * there.
 */
export function nextOutputsCheck({
	checks,
	missing,
	listed,
	elapsedMs,
	endedAgoMs,
	hasFailed = false,
}: OutputsSeen): { pauseMs: number } | 'done' {
	const pauseMs = pauseBeforeCheck(checks);
	// With a service that hangs, each check may take minutes.
	if (pauseMs === undefined || elapsedMs > 2 * PATIENCE_MS) return 'done';
	if (missing > 0) return { pauseMs };
	if (listed > 0) return 'done';
	// Outputs have been seen listed some seconds after the run's end. NaN: it may have ended just
	// now.
	const hasJustEnded = !(endedAgoMs >= PATIENCE_MS);
	return hasJustEnded || hasFailed || checks < CHECKS_WITHOUT_OUTPUTS ? { pauseMs } : 'done';
}

/** Why a download brought no file. */
export type Shortfall =
	/** Its host has no file (yet): 202, 204, nothing, or a page in the file's place. */
	| 'absent'
	/** The link was refused: it has expired, or the file is not there yet. */
	| 'refused'
	/** The connection was lost or broke off, or the host was busy. */
	| 'passing'
	/** A further try would change nothing. */
	| 'final';

export interface DownloadTries {
	/**
	 * Whether the link is as new as can be: the service was asked for it after the one before was
	 * refused.
	 */
	isFresh: boolean;
	/** Tries in a row that found no file behind the link. */
	absent: number;
	/** Tries that failed in passing. */
	passing: number;
}

export type NextTry = { act: 'giveUp' } | { act: 'askForLink' } | { act: 'wait'; pauseMs: number };

/**
 * What to do after a try of a download that brought no file. A link is replaced once; if the new
 * link has no file yet, it is waited for like an output that is not listed yet.
 * @param tries with this one counted
 * @param retryAfterMs what the host asked for
 * @param random from 0 to 1
 */
export function nextTry(
	shortfall: Shortfall,
	{ isFresh, absent, passing }: DownloadTries,
	retryAfterMs: number | undefined,
	random: number,
): NextTry {
	switch (shortfall) {
		case 'final':
			return { act: 'giveUp' };
		case 'passing':
			return passing >= READ_TRIES
				? { act: 'giveUp' }
				: { act: 'wait', pauseMs: pauseBeforeRetry(passing, retryAfterMs, random) };
		case 'absent':
		case 'refused': {
			if (!isFresh) return { act: 'askForLink' };
			const pauseMs = pauseBeforeCheck(absent);
			return pauseMs === undefined ? { act: 'giveUp' } : { act: 'wait', pauseMs };
		}
	}
}
