import { type KnownRun, type Run, createRun } from '../../nodes/core/runs/run';

/** A run of which this is known. */
export function aRun(runId: string, known: Partial<Run> = {}): KnownRun {
	return { ...createRun({ status: 'running', ...known, run_id: runId }), run_id: runId };
}

/** The way a promise ended: its value, or its error's class and message. */
export async function endOf<T>(
	promise: Promise<T>,
): Promise<{ value: T } | { kind: string; message: string; error: Error }> {
	try {
		return { value: await promise };
	} catch (error) {
		const known = error instanceof Error ? error : new Error(String(error));
		return { kind: known.constructor.name, message: known.message, error: known };
	}
}
