import { startEngine } from '../harness/startEngine';
import { userFolder } from '../harness/environment';
import { argv, exit, fs, projectDir, stdout } from '../../simulator/platform';
import { listenToLog, MARK } from './faultHarness';
import { openElsewhere } from './elsewhere';
import { derivedRows, operationRows } from './operationRows';
import { type CellResult, generateMatrix, runMatrix } from './matrix';

/**
 * `npm run test:faults [text]`: the whole matrix, or the cells whose name contains the text. Exits
 * 1 when a cell differs.
 */
async function main(): Promise<void> {
	const [wanted = ''] = argv;
	const engine = await startEngine(projectDir, {});
	const rows = [...operationRows, ...(await derivedRows(engine))];
	const cells = generateMatrix(rows).filter(({ name }) => name.includes(wanted));
	const log = await listenToLog(engine);
	const elsewhere = await openElsewhere();
	const begun = Date.now();
	let done = 0;
	const progress = ({ cell, differences }: CellResult) => {
		done++;
		if (differences.length > 0)
			stdout.write(`DIFFERS  ${cell.name}\n         ${differences.join('\n         ')}\n`);
		if (done % 100 === 0)
			stdout.write(
				`${done} of ${cells.length} cells after ${Math.round((Date.now() - begun) / 1000)} s\n`,
			);
	};
	const results = await runMatrix(engine, cells, elsewhere, progress);
	await elsewhere.close();

	const count = <T>(values: T[]) =>
		[...new Set(values)]
			.map((value) => `${values.filter((other) => other === value).length} ${String(value)}`)
			.join(', ');
	const operations = [...new Set(results.map(({ cell }) => cell.row.operation))];
	stdout.write('\n');
	for (const operation of operations) {
		const raw = results.filter(({ cell }) => cell.row.operation === operation);
		stdout.write(
			`${operation.padEnd(24)} ${String(raw.length).padStart(4)} cells: ${count(raw.map(({ outcome }) => outcome))}\n`,
		);
	}
	const differing = results.filter(({ differences }) => differences.length > 0).length;
	const started = results.reduce((sum, { starts }) => sum + starts, 0);
	const most = Math.max(...results.map(({ starts }) => starts));
	const leaked = log.filter((line) => line.includes(MARK));
	stdout.write(
		`\n${results.length} cells (${operations.length} operations, ${new Set(cells.map(({ row }) => row.operation + row.route)).size} kinds of request, ${new Set(cells.map(({ fault }) => fault.label + fault.times)).size} faults) in ${Math.round((Date.now() - begun) / 1000)} s\n`,
	);
	stdout.write(`Outcomes: ${count(results.map(({ outcome }) => outcome))}\n`);
	stdout.write(`Runs started: ${started}, at most ${most} for two items\n`);
	stdout.write(`Log lines: ${log.length}, with the key: ${leaked.length}\n`);
	stdout.write(
		`Slowest: ${[...results]
			.sort((a, b) => b.seconds - a.seconds)
			.slice(0, 3)
			.map(({ cell, seconds }) => `${cell.name} (${Math.round(seconds)} s)`)
			.join('; ')}\n`,
	);
	stdout.write(
		differing === 0 ? 'Every cell came out as stated.\n' : `${differing} cells differ.\n`,
	);
	await fs.rm(userFolder, { recursive: true, force: true });
	exit(differing === 0 && leaked.length === 0 ? 0 : 1);
}

void main();
