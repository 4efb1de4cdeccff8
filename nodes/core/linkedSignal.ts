/** A signal that is aborted with any of its parents or by `abort`; `release` lets go of the parents. */
export interface LinkedSignal {
	signal: AbortSignal;
	abort(reason?: unknown): void;
	release(): void;
}

/** `AbortSignal.any` would do, but on the Node 20 releases that n8n 1.x runs on it leaks with a long-lived parent. */
export function linkSignals(...parents: Array<AbortSignal | undefined>): LinkedSignal {
	const controller = new AbortController();
	const links = parents
		.filter((parent) => parent !== undefined)
		.map((parent) => ({ parent, follow: () => controller.abort(parent.reason) }));
	for (const { parent, follow } of links) {
		if (parent.aborted) follow();
		else parent.addEventListener('abort', follow);
	}
	return {
		signal: controller.signal,
		abort: (reason) => controller.abort(reason),
		release: () => links.forEach(({ parent, follow }) => parent.removeEventListener('abort', follow)),
	};
}
