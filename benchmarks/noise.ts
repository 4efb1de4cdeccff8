import { createHash, loadavg, performance, sleep } from '../simulator/platform';
import { median, withStall } from './measurement';

export interface Noise {
	/** Slowest over median of the same piece of work done many times. */
	workSpread: number;
	/** Longest stall of an event loop that has nothing to do, ms. */
	idleStallMs: number;
	/** Load of the last minute. */
	load: number;
}

const TIMES = 40;
const WORK_BYTES = Buffer.alloc(4 * 1024 * 1024);

/** What this machine does to figures by itself. */
export async function measureNoise(): Promise<Noise> {
	const times = Array.from({ length: TIMES }, () => {
		const began = performance.now();
		createHash('sha256').update(WORK_BYTES).digest();
		return performance.now() - began;
	});
	const { stallMs } = await withStall(async () => await sleep(2_000));
	return {
		workSpread: Math.max(...times) / median(times),
		idleStallMs: stallMs,
		load: loadavg()[0],
	};
}
