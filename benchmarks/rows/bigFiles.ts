import { filler } from '../../simulator/media/filler';
import { sleep } from '../../simulator/platform';
import { dropBinary, pathOf, storeBinary } from '../binaryStore';
import type { ChildFigures, ChildOrder } from '../childTasks';
import type { Measurement, Harness } from '../measurement';
import { BIG_FILE, itemsOf, startOf } from '../openEngine';
import { askChild } from '../askChild';

const sizeOf = ({ isQuick }: Harness) => (isQuick ? 256 : 1024) * 1024 * 1024;
/** What its own download or upload costs a process, apart from the engine in it. */
const IDLE_MS = 1_000;

const placeOf = ({ simulator: { baseUrl, apiKey } }: Harness) => ({ baseUrl, apiKey });

async function ask(task: string, order: ChildOrder): Promise<ChildFigures> {
	const figures = await askChild<ChildFigures & { error?: string }>(task, order);
	if (figures.error !== undefined) throw new Error(figures.error);
	return figures;
}

async function compare(
	harness: Harness,
	ours: string,
	bare: string,
	order: ChildOrder,
	name: string,
): Promise<Record<string, number>> {
	const idle = await ask('idle', { ...order, ms: IDLE_MS });
	const plain = await ask(bare, order);
	const full = await ask(ours, order);
	const gibPerSecond = sizeOf(harness) / 1024 ** 3 / (full.ms / 1000);
	return {
		[`${name}Memory`]: full.peakMiB - idle.peakMiB,
		[`${name}Time`]: full.ms / plain.ms,
		[`${name}Speed`]: gibPerSecond,
		stallMs: full.stallMs,
	};
}

const rowsOf = (name: string, what: string) => [
	{
		id: `${name}Memory`,
		title: `${what}, filesystem mode: peak resident memory over an idle process`,
		unit: 'MiB',
		bound: 48,
		digits: 0,
	},
	{
		id: `${name}Time`,
		title: `Same: time per byte over a bare undici stream`,
		unit: '×',
		bound: 1.3,
		digits: 2,
	},
	{ id: `${name}Speed`, title: 'Same: speed', unit: 'GiB/s', digits: 2 },
];

export const bigOutput: Measurement = {
	rows: rowsOf('output', 'One output of 1 GiB'),
	measure: async (harness) => {
		const { simulator } = harness;
		await simulator.reset();
		const inputs = { size_10001: sizeOf(harness), duration_10002: 1 };
		const [started] = await harness.items(
			'workflow.execute',
			startOf(BIG_FILE, inputs),
			itemsOf(1),
		);
		await sleep(100);
		const [item] = await harness.items(
			'run.get',
			{ runId: started.json.run_id as string },
			itemsOf(1),
		);
		const [{ download_url: link }] = item.json.outputs as Array<{ download_url: string }>;
		return await compare(
			harness,
			'download',
			'bareDownload',
			{ ...placeOf(harness), runId: String(started.json.run_id), link },
			'output',
		);
	},
};

export const bigInput: Measurement = {
	rows: rowsOf('input', 'One input of 1 GiB'),
	measure: async (harness) => {
		await harness.simulator.reset();
		const binary = await storeBinary(filler(sizeOf(harness)).stream(), 'a.bin');
		const figures = await compare(
			harness,
			'upload',
			'bareUpload',
			{ ...placeOf(harness), binary, path: pathOf(binary) },
			'input',
		);
		await dropBinary(binary);
		return figures;
	},
};
