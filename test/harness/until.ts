import { performance, sleep } from '../../simulator/platform';

/**
 * Resolves when it holds. Rejects after fifteen seconds unless another limit is given, since a busy
 * machine is slow.
 */
export async function until(holds: () => boolean, limitMs = 15_000): Promise<void> {
	// Not `Date.now`, which runs fast where a test lets time pass faster.
	const deadline = performance.now() + limitMs;
	while (!holds()) {
		if (performance.now() > deadline) throw new Error(`It never came to hold: ${String(holds)}`);
		await sleep(5);
	}
}
