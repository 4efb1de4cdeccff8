import type { Harness, Measurement } from '../measurement';
import { BIG_FILE, itemsOf, startOf } from '../openEngine';
import { openSimulator, type SimulatorProcess } from '../../simulator/openSimulator';
import { performance } from '../../simulator/platform';

interface Batch {
	executions: number;
	items: number;
	containers: number;
	maxConcurrent: number;
}

const RUN_MS = 500;
const inputs = { size_10001: 1_000, duration_10002: RUN_MS };

/** Several executions of as many items each, at once and each with a group of its own. */
async function runBatches(
	harness: Harness,
	service: SimulatorProcess,
	{ executions, items, containers, maxConcurrent }: Batch,
): Promise<{ wallOverIdeal: number; othersPerSecond: number }> {
	await service.reset();
	const began = performance.now();
	const outs = await Promise.all(
		Array.from({ length: executions }, async (_, n) => {
			const start = startOf(BIG_FILE, inputs, { maxConcurrent });
			return await harness.items(
				'workflow.executeAndWait',
				{ ...start, groupId: `execution-${n}` },
				itemsOf(items),
			);
		}),
	);
	const wallMs = performance.now() - began;
	const came = outs.map((out) => out.length);
	if (came.some((count) => count !== items)) throw new Error(`Items came out: ${came.join(', ')}`);
	const { requests, totalRequests } = await service.stats();
	const others = totalRequests - (requests.startRun ?? 0) - (requests.download ?? 0);
	return {
		wallOverIdeal: wallMs / (Math.ceil((executions * items) / containers) * RUN_MS),
		othersPerSecond: others / (wallMs / 1_000),
	};
}

/** Opens a deployment of so many containers for the rows below. */
async function onContainers<T>(
	harness: Harness,
	containers: number,
	work: (service: SimulatorProcess) => Promise<T>,
): Promise<T> {
	const service = await openSimulator('--containers', String(containers));
	harness.pointTo(service);
	try {
		return await work(service);
	} finally {
		harness.pointTo(harness.simulator);
		await service.close();
	}
}

const THOUSAND: Batch = { executions: 1, items: 1_000, containers: 64, maxConcurrent: 200 };

export const thousandItems: Measurement = {
	rows: [
		{
			id: 'thousandWall',
			title:
				'1,000 items, 64 containers, runs of 0.5 s, outputs downloaded: wall time over the ideal',
			unit: '×',
			bound: 1.1,
			digits: 3,
		},
		{
			id: 'thousandRequests',
			title: 'Same: requests besides starts and downloads',
			unit: '/s',
			bound: 10,
			digits: 2,
		},
	],
	measure: async (harness) =>
		await onContainers(harness, THOUSAND.containers, async (service) => {
			const { wallOverIdeal, othersPerSecond } = await runBatches(harness, service, THOUSAND);
			return { thousandWall: wallOverIdeal, thousandRequests: othersPerSecond };
		}),
};

const THREE: Batch = { executions: 3, items: 300, containers: 24, maxConcurrent: 100 };

export const threeExecutions: Measurement = {
	rows: [
		{
			id: 'threeWall',
			title:
				'Three executions of 300 items at once in one process, 24 containers, runs of 0.5 s: wall time over the ideal of 900',
			unit: '×',
			bound: 1.1,
			digits: 3,
		},
		{
			id: 'threeRequests',
			title:
				'Same: requests a second besides starts and downloads, over those of one execution alone',
			unit: '×',
			bound: 3,
			digits: 2,
		},
	],
	measure: async (harness) =>
		await onContainers(harness, THREE.containers, async (service) => {
			const one = await runBatches(harness, service, { ...THREE, executions: 1 });
			const three = await runBatches(harness, service, THREE);
			return {
				threeWall: three.wallOverIdeal,
				threeRequests: three.othersPerSecond / one.othersPerSecond,
			};
		}),
};
