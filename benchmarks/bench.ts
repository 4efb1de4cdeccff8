import { argv, exit, fs, join, performance, projectDir, stdout } from '../simulator/platform';
import { userFolder } from '../test/harness/environment';
import { median, type Measurement, type Row, rowOf, type Harness, withStall } from './measurement';
import { measurements } from './measurements';
import { measureNoise } from './noise';
import { BIG_FILE, itemsOf, openEngine, startOf } from './openEngine';
import { drawChart } from './report/chart';
import { writeFigures } from './report/figures';
import { lineOf, markdownOf, type Results } from './report/markdown';
import { openSimulator } from '../simulator/openSimulator';

const REPEATS = 5;
const STALL = {
	id: 'stall',
	title: 'Longest stall of the event loop in any row, median of its repeats',
	unit: 'ms',
	bound: 30,
	digits: 0,
};

/**
 * The figures of all repeats, and the event loop's stall where the measurement does not report its
 * own.
 */
async function repeat(
	{ measure, isSideBySide, repeats }: Measurement,
	harness: Harness,
): Promise<Array<Record<string, number>>> {
	const numbers = Array.from(
		{ length: Math.min(repeats ?? harness.repeats, harness.repeats) },
		(_, n) => n,
	);
	if (isSideBySide) return await Promise.all(numbers.map(async (n) => await measure(harness, n)));
	const figures: Array<Record<string, number>> = [];
	for (const n of numbers) {
		const { result, stallMs } = await withStall(async () => await measure(harness, n));
		figures.push({ stallMs, ...result });
	}
	return figures;
}

async function measureAll(harness: Harness, chosen: Measurement[]): Promise<Row[]> {
	const rows: Row[] = [];
	const say = (row: Row) => {
		rows.push(row);
		stdout.write(`${lineOf(row)}\n`);
	};
	let stall = rowOf(STALL, [0]);
	for (const measurement of chosen) {
		const figures = await repeat(measurement, harness);
		for (const spec of measurement.rows)
			say(
				rowOf(
					spec,
					figures.map((figure) => figure[spec.id]),
				),
			);
		const stalls = figures.flatMap(({ stallMs }) => stallMs ?? []);
		if (stalls.length === 0 || measurement.isStallForeign || measurement.isSideBySide) continue;
		const row = rowOf({ ...STALL, title: `${STALL.title} (${measurement.rows[0].title})` }, stalls);
		if (median(stalls) >= stall.value) stall = row;
	}
	say(stall);
	return rows;
}

async function main(): Promise<void> {
	const isQuick = argv.includes('--quick');
	const only = argv.filter((word) => !word.startsWith('-'));
	const began = performance.now();
	const simulator = await openSimulator('--containers', '8');
	const harness: Harness = {
		...(await openEngine(simulator)),
		simulator,
		isQuick,
		repeats: isQuick ? 1 : REPEATS,
	};
	// Everything is loaded and compiled once before it is measured, as on a server that has run the
	// node before.
	await harness.items(
		'workflow.executeAndWait',
		startOf(BIG_FILE, { size_10001: 1_000, duration_10002: 50 }),
		itemsOf(20),
	);

	const before = await measureNoise();
	const chosen = Object.entries(measurements).filter(
		([name]) => only.length === 0 || only.includes(name),
	);
	const rows = await measureAll(
		harness,
		chosen.map(([, measurement]) => measurement),
	);
	const results: Results = {
		at: new Date().toISOString(),
		seconds: Math.round((performance.now() - began) / 1000),
		repeats: harness.repeats,
		noise: { before, after: await measureNoise() },
		rows,
	};

	// What the documents show comes from whole runs only.
	const isComplete = !isQuick && only.length === 0;
	const dir = isComplete ? join(projectDir, 'benchmarks') : join(projectDir, 'build', 'bench');
	await fs.mkdir(dir, { recursive: true });
	await fs.writeFile(join(dir, 'results.json'), `${JSON.stringify(results, null, '\t')}\n`);
	await fs.writeFile(join(dir, 'results.md'), markdownOf(results));
	await fs.writeFile(
		isComplete ? join(projectDir, 'docs', 'benchmark.svg') : join(dir, 'benchmark.svg'),
		drawChart(rows),
	);
	if (isComplete) await writeFigures(results);
	await fs.rm(userFolder, { recursive: true, force: true });
	await simulator.close();
	const missed = rows.filter(({ verdict }) => verdict === 'MISSED').length;
	stdout.write(`\n${rows.length} rows in ${results.seconds} s, ${missed} missed\n`, () =>
		exit(missed === 0 ? 0 : 1),
	);
}

main().catch((error: Error) => stdout.write(`${error.stack}\n`, () => exit(1)));
