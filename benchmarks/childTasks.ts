import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import { cpuUsage, join, performance, residentBytes, sleep, tmpdir } from '../simulator/platform';
import { bareDownload, bareUpload } from './bareTransfers';
import { measureTenThousand } from './rows/tenThousand';
import { dropBinary } from './binaryStore';
import { withStall } from './measurement';
import {
	BIG_FILE,
	IMAGE_TO_IMAGE,
	itemsOf,
	openEngine,
	startOf,
	type PackageOnEngine,
	type Place,
} from './openEngine';

export interface ChildOrder extends Place {
	/** How long to sit or wait. */
	ms?: number;
	/** A finished run with one big output, and the link to it. */
	runId?: string;
	link?: string;
	/** A big file in n8n's binary store, and its path. */
	binary?: IBinaryData;
	path?: string;
	liveEvents?: boolean;
}

export interface ChildFigures {
	ms: number;
	/** Peak resident memory while the task ran, MiB. */
	peakMiB: number;
	cpuMs: number;
	stallMs: number;
}

const PEAK_PROBE_MS = 5;
/** A short run. */
const WARM_UP_MS = 50;

/** Runs the work and watches this process meanwhile. */
async function watched(work: () => Promise<unknown>): Promise<ChildFigures> {
	let peak = residentBytes();
	let isOver = false;
	const probe = async () => {
		for (; !isOver; await sleep(PEAK_PROBE_MS)) peak = Math.max(peak, residentBytes());
	};
	void probe();
	const { ms, stallMs } = await withStall(work);
	isOver = true;
	return {
		ms,
		peakMiB: Math.max(peak, residentBytes()) / 1024 / 1024,
		cpuMs: Number.NaN,
		stallMs,
	};
}

/** CPU time alone, without any probe that would cost some itself. */
async function metered(work: () => Promise<unknown>): Promise<ChildFigures> {
	const before = cpuUsage();
	const began = performance.now();
	await work();
	const after = cpuUsage();
	const cpuMs = (after.user + after.system - before.user - before.system) / 1000;
	return { ms: performance.now() - began, peakMiB: Number.NaN, cpuMs, stallMs: Number.NaN };
}

async function download({ items }: PackageOnEngine, runId: string): Promise<void> {
	const [item] = await items('run.getOutputs', { runId }, itemsOf(1));
	await dropBinary(item.binary?.data);
}

async function upload({ items }: PackageOnEngine, binary: IBinaryData): Promise<void> {
	const input: INodeExecutionData = { json: {}, binary: { data: binary } };
	const files = { file: [{ parameter: 'image_22068', binaryField: 'data' }] };
	await items(
		'workflow.execute',
		{ ...startOf(IMAGE_TO_IMAGE, { prompt_68667: 'bench' }), files },
		[input],
	);
}

const waitFor = async ({ items }: PackageOnEngine, ms: number, liveEvents: boolean) =>
	await items(
		'workflow.executeAndWait',
		startOf(BIG_FILE, { size_10001: 1_000, duration_10002: ms }, { liveEvents, download: false }),
		itemsOf(1),
	);

/**
 * Each task is done in a process that has loaded the engine and the package, the bare ones
 * excepted.
 */
export async function runChildTask(
	task: string,
	order: ChildOrder,
): Promise<ChildFigures | Record<string, number>> {
	const { ms = 0, runId = '', link = '', path = '', binary } = order;
	if (task === 'bareDownload')
		return await watched(
			async () => await bareDownload(link, join(tmpdir(), `bench-${Date.now()}`)),
		);
	if (task === 'bareUpload') return await watched(async () => await bareUpload(order, path));
	if (task === 'tenThousand') return await measureTenThousand();
	const harness = await openEngine(order);
	// As on a server that has run the node before: the first execution of all loads much of n8n.
	if (task === 'download' || task === 'upload') await waitFor(harness, WARM_UP_MS, false);
	// What loading left behind is not what is measured.
	await sleep(1_000);
	switch (task) {
		case 'idle':
			return await watched(async () => await sleep(ms));
		case 'idleCpu':
			return await metered(async () => await sleep(ms));
		case 'waitCpu':
			return await metered(async () => await waitFor(harness, ms, order.liveEvents === true));
		case 'download':
			return await watched(async () => await download(harness, runId));
		case 'upload':
			return await watched(async () => await upload(harness, binary ?? { mimeType: '', data: '' }));
		default:
			throw new Error(`There is no task ${task}`);
	}
}
