import { startEngine, type Engine } from '../../harness/startEngine';
import { userFolder } from '../../harness/environment';
import { behaviourNames } from '../../harness/behaviour';
import { derivedRows } from '../../faults/operationRows';
import { fs, projectDir } from '../../../simulator/platform';
import { listenToLog, MARK } from '../../faults/faultHarness';
import { openElsewhere, type Elsewhere } from '../../faults/elsewhere';
import { type Cell, type CellResult, generateMatrix, runMatrix } from '../../faults/matrix';

/**
 * Parts of the matrix whose every cell is run; of the others every eighth. `npm run test:faults`
 * runs all of them.
 */
const WHOLE = new Set(['start', 'adoption']);

const matrix = generateMatrix();
const PATIENT = new Set(['poll', 'listLook', 'outputs', 'hint']);
/** A cell whose failure takes as long as a user's patience is left to the whole matrix. */
const isQuick = ({ fault, row, expected }: Cell) =>
	fault.isLong !== true &&
	expected.outcome !== 'either' &&
	!(expected.outcome === 'both fail' && (PATIENT.has(row.part) || row.operation === 'run.wait'));
const chosen = matrix.filter(isQuick).filter(({ row }, i) => WHOLE.has(row.part) || i % 8 === 0);

describe('a representative part of the fault matrix', () => {
	let engine: Engine;
	let elsewhere: Elsewhere;
	let log: string[];
	let results: Map<string, CellResult>;

	beforeAll(async () => {
		engine = await startEngine(projectDir, {});
		log = await listenToLog(engine);
		elsewhere = await openElsewhere();
		results = new Map(
			(await runMatrix(engine, chosen, elsewhere)).map((result) => [result.cell.name, result]),
		);
	}, 600_000);
	afterAll(async () => {
		await elsewhere.close();
		await fs.rm(userFolder, { recursive: true, force: true });
	});

	it.each(chosen.map(({ name, expected }) => [name, expected] as const))(
		'%s',
		(name, { outcome, starts }) => {
			expect(results.get(name)).toMatchObject({ outcome, starts, differences: [], leaks: [] });
		},
	);

	it('covers every kind of request, and the operations without rows of their own', async () => {
		const derived = await derivedRows(engine);
		const cells = generateMatrix(derived)
			// What waits, cancels many runs or reads a stream has expectations of its own to come.
			.filter(({ row }) => row.part === 'read' && !/wait/i.test(row.operation))
			.filter(isQuick)
			.filter((_, i) => i % 4 === 0);
		const differing = (await runMatrix(engine, cells, elsewhere)).filter(
			({ differences }) => differences.length > 0,
		);
		expect(differing.map(({ cell, differences }) => [cell.name, differences])).toEqual([]);
		expect(new Set(chosen.map(({ row }) => row.operation + row.route))).toEqual(
			new Set(matrix.map(({ row }) => row.operation + row.route)),
		);
		const covered = [...chosen.map(({ row }) => row), ...derived].map(({ operation }) => operation);
		expect(new Set(covered)).toEqual(new Set(behaviourNames()));
		expect(chosen.length).toBeGreaterThan(100);
	}, 600_000);

	it('leaves no key in any line of n8n’s log', () => {
		expect(log.length).toBeGreaterThan(100);
		expect(log.filter((line) => line.includes(MARK))).toEqual([]);
	});
});
