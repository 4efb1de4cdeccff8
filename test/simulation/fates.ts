import { randomFrom } from './random';
import type { VirtualTime } from './virtualTime';
import type { Fate, RequestKind, World } from './world';

const SHORTEST_MS = 10;
const MOST_MS = 200;

/** What becomes of each request, in the order in which they leave. */
export function createFates(
	{ seed, faults, outages }: World,
	time: VirtualTime,
): (kind: RequestKind) => { fate: Fate; latencyMs: number } {
	const random = randomFrom(seed + 2);
	const beganMs = time.now();
	let place = 0;
	let left = faults[0]?.gap ?? 0;
	const nextFate = (kind: RequestKind): Fate => {
		const sinceMs = time.now() - beganMs;
		const outage = outages.find(
			({ fromMs, lengthMs, kind: hit }) =>
				(hit === 'any' || hit === kind) && sinceMs >= fromMs && sinceMs < fromMs + lengthMs,
		);
		if (outage) return outage.fate;
		const fault = faults[place];
		if (fault === undefined || (fault.kind ?? kind) !== kind) return 'fine';
		if (left-- > 0) return 'fine';
		place++;
		left = faults[place]?.gap ?? 0;
		return fault.fate;
	};
	return (kind) => ({ fate: nextFate(kind), latencyMs: SHORTEST_MS + random() * MOST_MS });
}
