/** A callback that was sent, and how it was received: null when nobody answered. */
export interface SentCallback {
	url: string;
	body: object;
	status: number | null;
}

export interface Callbacks {
	sent: SentCallback[];
	send(url: string, body: object): Promise<SentCallback>;
	/** Sends no more callbacks. */
	end(): void;
}

/** Sent once each: the vendor documents no repeats. */
export function createCallbacks(): Callbacks {
	const sent: SentCallback[] = [];
	const abort = new AbortController();
	return {
		sent,
		send: async (url, body) => {
			const entry: SentCallback = { url, body, status: null };
			if (abort.signal.aborted) return entry;
			sent.push(entry);
			const answer = await fetch(url, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body),
				signal: abort.signal,
			}).catch(() => undefined);
			await answer?.arrayBuffer().catch(() => undefined);
			entry.status = answer?.status ?? null;
			return entry;
		},
		end: () => abort.abort(),
	};
}
