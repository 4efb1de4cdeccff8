/**
 * A suspension that a callback may end: whose it is, which of the execution's suspensions, and when
 * n8n resumes it anyway.
 */
export interface EndingSuspension {
	token: string;
	resumes: number;
	/** Epoch ms; undefined: not known */
	dueMs: number | undefined;
}

/**
 * n8n is about to resume the execution by itself. Its timers are exact to some milliseconds, a
 * queue may take a moment.
 */
const ABOUT_TO_RESUME_MS = 5_000;
/**
 * Longer than n8n takes to mark the execution as running, after which it refuses callbacks itself.
 */
const REMEMBERED_MS = 60_000;

const resumed = new Map<string, { resumes: number; atMs: number }>();

/**
 * Whether a callback may resume the execution: only the first for each suspension, and none right
 * before n8n does so by itself. n8n 1.x resumes an execution for each of two callbacks that come at
 * the same instant, and all that follows the node would run twice. Callbacks that do not resume are
 * not needed: their runs had ended before they were sent, so the resume finds them ended.
 *
 * The memory is kept in this process. Where several n8n processes receive callbacks, n8n 2.x itself
 * prevents a second resume.
 */
export function mayResume({ token, resumes, dueMs }: EndingSuspension, nowMs: number): boolean {
	if (dueMs !== undefined && dueMs <= nowMs + ABOUT_TO_RESUME_MS) return false;
	for (const [key, { atMs }] of resumed) if (atMs < nowMs - REMEMBERED_MS) resumed.delete(key);
	if (resumed.get(token)?.resumes === resumes) return false;
	resumed.set(token, { resumes, atMs: nowMs });
	return true;
}
