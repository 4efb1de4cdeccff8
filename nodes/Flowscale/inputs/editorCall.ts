import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { type Clock, systemClock, within } from '../../core/async/clock';
import { ServiceError } from '../../core/errors';
import type { FlowscaleApi } from '../api/api';
import { openConnection } from '../api/connection';

/** A user waits for the list, so a result or an error must be there within 15 seconds. */
const LONGEST_MS = 12_000;
const TRIES = 3;
const LONGEST_PAUSE_MS = 2_000;

/** Settings of a single request of the editor: repeating is done here, where the time is known. */
export const ONCE = { tries: 1 } as const;

/**
 * What the editor asks of the deployment, repeated after a passing failure while there is time.
 * @param ask gets the API; each of its requests is to be sent once
 * @throws ServiceError | ConfigurationError after 12 seconds at the latest
 */
export async function askForEditor<T>(
	context: ILoadOptionsFunctions,
	ask: (api: FlowscaleApi) => Promise<T>,
	clock: Clock = systemClock,
): Promise<T> {
	const deadlineMs = clock.now() + LONGEST_MS;
	const stop = new AbortController();
	const connecting = openConnection(context, clock, stop.signal);
	const task = async () => await ask((await connecting).api);
	const answer = repeated(task, clock, deadlineMs);
	return await within(clock, LONGEST_MS, answer, tooLate).finally(() => stop.abort());
}

function tooLate(): never {
	throw new ServiceError(`Flowscale did not answer within ${LONGEST_MS / 1000} seconds`, {
		hint: 'The deployment may be starting up, or busy. Try again in a moment.',
	});
}

async function repeated<T>(task: () => Promise<T>, clock: Clock, deadlineMs: number): Promise<T> {
	for (let tries = 1; ; tries++) {
		const outcome = await task().then(
			(value) => ({ value }),
			(error: unknown) => ({ error }),
		);
		if ('value' in outcome) return outcome.value;
		const { error } = outcome;
		const facts = error instanceof ServiceError ? error.facts : {};
		const pauseMs = facts.retryAfterMs ?? 500 * tries;
		const isWorthWaiting = pauseMs <= LONGEST_PAUSE_MS && clock.now() + pauseMs < deadlineMs;
		if (!facts.isRetryable || tries >= TRIES || !isWorthWaiting) throw error;
		await clock.pause(pauseMs);
	}
}
