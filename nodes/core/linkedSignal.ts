import { onAbort } from './onAbort';

/** A signal that is aborted with any of its parents or by `abort`; `release` lets go of the parents. */
export interface LinkedSignal {
	signal: AbortSignal;
	abort(reason?: unknown): void;
	release(): void;
}

/** `AbortSignal.any` would do, but on the Node 20 releases that n8n 1.x runs on it leaks with a long-lived parent. */
export function linkSignals(...parents: Array<AbortSignal | undefined>): LinkedSignal {
	const controller = new AbortController();
	const releases = parents.map(
		(parent) => parent && onAbort(parent, () => controller.abort(parent.reason)),
	);
	return {
		signal: controller.signal,
		abort: (reason) => controller.abort(reason),
		release: () => releases.forEach((release) => release?.()),
	};
}
