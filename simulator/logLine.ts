import type { JournalEntry } from './journal';

/** A request and its answer, as the simulator's command prints it. */
export function logLine({ at, method, url, status, fault, runId }: JournalEntry): string {
	const path = url.replace(/\?X-Amz.*$/, '?…');
	return [
		new Date(at).toISOString().slice(11, 23),
		status ?? '---',
		method,
		path,
		runId && `run ${runId}`,
		fault && `[${fault}]`,
	]
		.filter((part) => part)
		.join('  ');
}
