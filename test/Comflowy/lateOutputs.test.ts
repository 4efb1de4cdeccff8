import { ExecutionCancelledError, ServiceError } from '../../nodes/core/errors';
import type { ComflowyApi } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/api/api';
import { readRun } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/api/readers';
import { withOutputs } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/runs/runService';
import { fakeClock } from '../harness/fakeClock';

const IMAGE = 'https://cdn.example.com/a.png';
const success = (...images: string[]) => readRun('r', { status: 'success', output_images: images });

/**
 * A run whose further checks give these numbers of images, the last one again and again. The answer
 * to the first may be long on its way.
 */
function aRunWithDelay(firstMs: number, ...checks: Array<number | Error | null>) {
	let requests = 0;
	const clock = fakeClock();
	const stop = new AbortController();
	const run = async () => {
		if (requests === 0) clock.block(firstMs);
		const found = checks[Math.min(requests++, checks.length - 1)];
		if (found instanceof Error) throw found;
		return found === null ? null : { run: success(...Array<string>(found).fill(IMAGE)), raw: {} };
	};
	const api = { run } as unknown as ComflowyApi;
	const complete = async (...images: string[]) =>
		(await withOutputs({ api, clock, stop: stop.signal }, success(...images))).outputs.length;
	return { complete, clock, stop, requests: () => requests };
}

const aRun = (...checks: Array<number | Error | null>) => aRunWithDelay(0, ...checks);

const busy = new ServiceError('HTTP 503', { status: 503, isRetryable: true });

describe('the images of a run that succeeded', () => {
	it.each<[string, Array<number | Error | null>, number, number]>([
		['are taken when the next check lists them', [1], 1, 1],
		['are waited for some seconds', [0, 0, 0, 1], 1, 4],
		['are waited for though a check fails, and the run is not found', [busy, null, 1], 1, 3],
		['may be none, after some 16 seconds', [0], 0, 6],
	])('%s', async (_, checks, images, requests) => {
		const run = aRun(...checks);
		expect(await run.complete()).toBe(images);
		expect(run.requests()).toBe(requests);
		expect(run.clock.now()).toBeLessThan(16_000);
	});

	it('are looked for once more after an answer that was half a minute on its way', async () => {
		const run = aRunWithDelay(32_000, 0, 1);
		expect([await run.complete(), run.requests()]).toEqual([1, 2]);
	});

	it.each([
		['is not found any more', null, 'Comflowy did not find the run when its outputs were read'],
		['cannot be read any more', busy, 'HTTP 503'],
	])('are an error, not none, where the run %s', async (_, last, message) => {
		await expect(aRun(0, last).complete()).rejects.toThrow(message);
	});

	it('cost no further check where they are listed', async () => {
		const run = aRun(0);
		expect([await run.complete(IMAGE), run.requests()]).toEqual([1, 0]);
	});

	it('are not waited for after a stop', async () => {
		const run = aRun(0);
		run.stop.abort();
		await expect(run.complete()).rejects.toBeInstanceOf(ExecutionCancelledError);
		expect(run.requests()).toBe(0);
	});
});
