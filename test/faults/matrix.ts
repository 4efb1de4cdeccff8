import type { IDataObject, INodeExecutionData, IRun } from 'n8n-workflow';
import { createLimiter } from '../../nodes/core/async/limiter';
import { sleep } from '../../simulator/platform';
import { outputOf } from '../harness/runWorkflow';
import type { Engine } from '../harness/startEngine';
import { flowscaleNode, MARK, openFaultHarness } from './faultHarness';
import type { Elsewhere } from './elsewhere';
import { type Expectation, expectationOf, type Outcome } from './expectations';
import {
	addressFaults,
	answerFaults,
	ELSEWHERE,
	type FaultRow,
	linkFaults,
	streamFaults,
} from './faultRows';
import { findText } from './findText';
import { type OperationRow, operationRows } from './operationRows';

export interface Cell {
	name: string;
	row: OperationRow;
	fault: FaultRow;
	expected: Expectation;
}

export interface CellResult {
	cell: Cell;
	outcome: Outcome;
	/** What the failed items, or the node's error, say. */
	texts: string[];
	starts: number;
	/** Places where a secret turned up. */
	leaks: string[];
	seconds: number;
	/** What differs from the expectation; empty: nothing. */
	differences: string[];
}

/** Every operation × every fault that its requests can suffer. */
export function generateMatrix(rows = operationRows): Cell[] {
	const isFirst = (row: OperationRow) =>
		rows.find(({ operation }) => operation === row.operation) === row;
	return rows.flatMap((row) => {
		const special =
			{ hint: streamFaults, stream: streamFaults, file: linkFaults }[
				row.part as 'hint' | 'stream' | 'file'
			] ?? [];
		// Files are no JSON, and may take as long as they like while bytes keep coming.
		const answers = answerFaults.filter(
			({ fault, isLong }) =>
				row.part !== 'file' ||
				!(fault?.kind === 'truncatedJson' || (fault?.kind === 'slowBody' && isLong)),
		);
		// A start that is held back for ever ends with its Timeout; that of "Execute" is ten minutes.
		const isTooPatient = ({ nature, times }: FaultRow) =>
			row.operation === 'workflow.execute' &&
			row.part === 'start' &&
			nature === 'later' &&
			times === 'for ever';
		const faults = [...(isFirst(row) ? addressFaults : []), ...answers, ...special].filter(
			(fault) => !isTooPatient(fault),
		);
		return faults.map((fault) => ({
			name: `${row.operation} / ${row.route}: ${fault.label}, ${fault.times}`,
			row,
			fault,
			expected: expectationOf(row, fault),
		}));
	});
}

/**
 * Runs one cell on a deployment of its own. What must fail as a whole is run without "continue on
 * fail", to see n8n's error.
 */
async function runCell(engine: Engine, cell: Cell, elsewhere: Elsewhere): Promise<CellResult> {
	const { row, fault, expected } = cell;
	const begun = Date.now();
	const { flowscale, run, apiKey } = await openFaultHarness(
		engine,
		row.simulator,
		fault.baseUrl ? { baseUrl: fault.baseUrl } : {},
	);
	const visitsBefore = `/${encodeURIComponent(cell.name)}`;
	try {
		const items = row.items(flowscale);
		if (row.part === 'adoption') flowscale.fault({ on: 'startRun', kind: 'resetAfter', times: 2 });
		if (fault.fault) {
			const to = fault.fault.to === ELSEWHERE ? `${elsewhere.origin}${visitsBefore}` : undefined;
			flowscale.fault({
				...fault.fault,
				headers: fault.fault.headers,
				to,
				on: row.route,
				times: fault.times === 'once' ? 1 : Number.POSITIVE_INFINITY,
			});
		}
		const isThrowing = expected.outcome === 'both fail' && row.part !== 'shutdownGracePeriod';
		const node = flowscaleNode(
			row.operation,
			parametersOf(cell),
			isThrowing ? {} : { onError: 'continueRegularOutput' },
		);
		const execution = await run(node, items);
		const starts = flowscale.journal.filter(
			(entry) => entry.route === 'startRun' && entry.runId !== undefined,
		).length;
		const visits = elsewhere.visits.filter(({ url }) => url === visitsBefore);
		const seen = outcomeOf(execution);
		const result = {
			cell,
			...seen,
			starts,
			leaks: leaksOf(execution, flowscale.journal, visits, apiKey),
			seconds: (Date.now() - begun) / 1000,
		};
		const prompts = flowscale.runs
			.filter(() => row.starts > 0)
			.map(({ inputs }) => inputs.text_51536);
		const isTwice = new Set(prompts).size < prompts.length ? ['two runs for one item'] : [];
		const wasVisited =
			visits.length > 0 && row.part !== 'file' ? ['an API call followed the redirect'] : [];
		return {
			...result,
			differences: [
				...differencesOf(result, expected),
				...isTwice,
				...wasVisited,
				...flowscale.unknown,
			],
		};
	} finally {
		await flowscale.close();
	}
}

/** A request that hangs for half a minute leaves a busy machine little of the usual 40 seconds. */
function parametersOf({ row: { parameters }, fault }: Cell): OperationRow['parameters'] {
	const options = parameters.options as IDataObject | undefined;
	return fault.isLong && options?.timeout === 40
		? { ...parameters, options: { ...options, timeout: 60 } }
		: parameters;
}

function outcomeOf(run: IRun): Pick<CellResult, 'outcome' | 'texts'> {
	const error = run.data.resultData.error as unknown as IDataObject | undefined;
	if (error)
		return {
			outcome: 'both fail',
			texts: [`${String(error.message)} – ${String(error.description ?? '')}`],
		};
	const failed = outputOf(run, 'Flowscale').filter(
		({ json }: INodeExecutionData) => typeof json.error === 'string',
	);
	const outcome = (['both succeed', 'one fails', 'both fail'] as const)[
		new Set(failed.map(({ pairedItem }) => JSON.stringify(pairedItem))).size
	];
	return { outcome, texts: failed.map(({ json }) => String(json.error)) };
}

/**
 * Where the key was seen although it has no business there: execution data, addresses, other hosts.
 */
function leaksOf(
	run: IRun,
	journal: ReadonlyArray<{ host: string; url: string; headers: object }>,
	visits: unknown[],
	apiKey: string,
): string[] {
	const elsewhere = journal.filter(({ host }) => host !== 'api');
	const urls = journal.map(({ url }) => url);
	return [
		...findText(run, MARK).map((path) => `execution${path}`),
		// The system may give a closed deployment's port to this one's download host, where a late
		// cancel of the other cell then arrives with the other cell's key.
		...findText({ urls, elsewhere, visits }, apiKey),
	];
}

function differencesOf(
	{ outcome, texts, starts, leaks }: Omit<CellResult, 'differences'>,
	expected: Expectation,
): string[] {
	const { text } = expected;
	const wrongText = text ? texts.filter((received) => !text.test(received)) : [];
	return [
		...(outcome === expected.outcome || expected.outcome === 'either'
			? []
			: [`${outcome}, not ${expected.outcome}: ${texts.join(' | ')}`]),
		...(outcome === expected.outcome || expected.outcome === 'either'
			? wrongText.map((received) => `says: ${received}`)
			: []),
		...(starts === expected.starts ? [] : [`${starts} starts, not ${expected.starts}`]),
		...leaks.map((place) => `the key is in ${place}`),
	];
}

/**
 * Cells side by side: those that wait for long limits all at once, the others a few at a time so
 * that their times stay true.
 */
export async function runMatrix(
	engine: Engine,
	cells: Cell[],
	elsewhere: Elsewhere,
	onResult: (result: CellResult) => void = () => undefined,
): Promise<CellResult[]> {
	const quick = createLimiter(12);
	const isPatient = ({ fault, row, expected }: Cell) =>
		fault.isLong === true ||
		(row.part === 'start' && fault.nature === 'later' && fault.times === 'for ever') ||
		((row.part === 'poll' ||
			row.part === 'groupPoll' ||
			row.part === 'listLook' ||
			row.operation === 'run.wait') &&
			expected.outcome === 'both fail');
	const one = async (cell: Cell, delayMs: number) => {
		await sleep(delayMs);
		const result = await runCell(engine, cell, elsewhere);
		onResult(result);
		return result;
	};
	let patient = 0;
	return await Promise.all(
		cells.map(async (cell) =>
			isPatient(cell)
				? await one(cell, 250 * patient++)
				: await quick(async () => await one(cell, 0)),
		),
	);
}
