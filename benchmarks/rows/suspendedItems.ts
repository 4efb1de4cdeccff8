import type { INode, IRun } from 'n8n-workflow';
import { chain, nodeOf, resumeWorkflow, runWorkflow } from '../../test/harness/runWorkflow';
import { cpuUsage } from '../../simulator/platform';
import { openSimulator } from '../../simulator/openSimulator';
import { type Harness, type Measurement, median, probeStall } from '../measurement';
import { BIG_FILE, credentials, itemsOf, startOf } from '../openEngine';

const ITEMS = 10_000;
const RESUMES = 20;
const PAGE = 100;
/** Longer than the measurement, so that each resume finds nothing new. */
const RUN_MS = 3_600_000;

function suspendedNode(): INode {
	const options = { maxConcurrent: ITEMS, liveEvents: false, timeout: 0, download: false };
	const start = startOf(BIG_FILE, { size_10001: 1_000, duration_10002: RUN_MS }, options);
	return nodeOf(
		'Flowscale',
		'n8n-nodes-flowscale.flowscale',
		{ resource: 'workflow', operation: 'executeAndWait', ...start, waitMode: 'suspended' },
		{ credentials },
	);
}

/**
 * Bytes of an execution as n8n stores it. It writes each value once and numbers in its places
 * (flatted); plain JSON, with what stands in several places counted once, is close to that.
 */
function storedBytes({ data }: IRun): number {
	const seen = new Set<unknown>();
	return JSON.stringify(data, (_, value: unknown) => {
		if (typeof value !== 'object' || value === null) return value;
		if (seen.has(value)) return 0;
		seen.add(value);
		return value;
	}).length;
}

/**
 * What n8n keeps besides the items themselves: the same execution, ended by a node that does
 * nothing, is what it would keep anyway.
 */
async function stateBytes({ engine }: Harness, suspended: IRun): Promise<number> {
	const plain = nodeOf('Flowscale', 'passThrough');
	const usual = await runWorkflow(engine, chain(plain), itemsOf(ITEMS));
	return storedBytes(suspended) - storedBytes(usual);
}

export const suspendedItems: Measurement = {
	repeats: 1,
	rows: [
		{
			id: 'suspendedState',
			title: '10,000 items in suspended waiting: bytes that n8n keeps for it, per item',
			unit: '',
			bound: 300,
			digits: 0,
		},
		{
			id: 'resumeRequests',
			title: `Same: requests of a resume that finds nothing new, the dearest of ${RESUMES}`,
			unit: '',
			bound: ITEMS / PAGE + 2,
			digits: 0,
		},
		{ id: 'resumeCpu', title: 'Same: CPU time of such a resume', unit: 's', bound: 1, digits: 2 },
		{
			id: 'resumeStall',
			title: 'Same: longest stall of the event loop in such a resume',
			unit: 'ms',
			bound: 30,
			digits: 0,
		},
		{
			id: 'startStall',
			title: 'Same: longest stall while all 10,000 are started at once, with n8n’s requests',
			unit: 'ms',
			digits: 0,
		},
	],
	measure: async (harness) => {
		const service = await openSimulator('--containers', '8', '--latency-ms', '0');
		harness.pointTo(service);
		const file = chain(suspendedNode());
		let endStall = await probeStall();
		let run = await runWorkflow(harness.engine, file, itemsOf(ITEMS));
		const startStallMs = await endStall();
		const stalls: number[] = [];
		const state = await stateBytes(harness, run);
		let asked = (await service.stats()).totalRequests;
		let most = 0;
		let cpuMicros = 0;
		for (let resume = 0; resume < RESUMES; resume++) {
			let before = cpuUsage();
			// From here on the stored execution has been read, which n8n's database does.
			const onServer = async () => {
				endStall = await probeStall();
				before = cpuUsage();
			};
			run = await resumeWorkflow(harness.engine, file, run.data, 'restart', { onServer });
			const after = cpuUsage();
			stalls.push(await endStall());
			cpuMicros += after.user + after.system - before.user - before.system;
			if (run.status !== 'waiting') throw new Error(`After a resume the run is ${run.status}`);
			const { totalRequests } = await service.stats();
			most = Math.max(most, totalRequests - asked);
			asked = totalRequests;
		}
		harness.pointTo(harness.simulator);
		await service.close();
		return {
			suspendedState: state / ITEMS,
			resumeRequests: most,
			resumeCpu: cpuMicros / 1e6 / RESUMES,
			resumeStall: median(stalls),
			startStall: startStallMs,
			stallMs: median(stalls),
		};
	},
};
