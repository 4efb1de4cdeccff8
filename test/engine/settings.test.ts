import type { INodePropertyOptions } from 'n8n-workflow';
import { env, stdout } from '../../simulator/platform';
import { useComflowy } from '../harness/comflowyHarness';
import { useFastTime } from '../harness/fastTime';
import { useFlowAi } from '../harness/flowAiHarness';
import { useHarness } from '../harness/useHarness';
import { auditCell, type ItemCounts } from '../settings/auditCell';
import { AXES, type Cell, isWaiting, nameOf, reasonAgainst } from '../settings/axes';
import { cells, missing, shareOf, summary } from '../settings/cells';
import { playCell } from '../settings/playCell';
import { type Harnesses, NODE, openSubject } from '../settings/subject';

const harnesses: Harnesses = {
	flowscale: useHarness(),
	comflowy: useComflowy(),
	flowAi: useFlowAi(),
};
/** The first minute of a suspended wait is spent in the execution. */
useFastTime(120);

const plain: Omit<Cell, 'operation'> = {
	waitMode: 'inExecution',
	way: 'main chain',
	items: 'three',
	onError: 'stop',
	retries: 'off',
	alwaysOutputData: 'off',
	executeOnce: 'off',
	outcome: 'succeed',
	executionOrder: 'v1',
	binaryMode: 'separate',
	store: 'filesystem',
};
const known = new Map<string, ItemCounts>();

/** What the operation makes of each item when nothing is set. */
async function countsOf(operation: Cell['operation']): Promise<ItemCounts> {
	const found = known.get(operation);
	if (found) return found;
	const cell = { operation, ...plain };
	const { run, items } = await playCell(cell, await openSubject(harnesses, cell));
	expect(run.data.resultData.error).toBeUndefined();
	const made = run.data.resultData.runData[NODE][0].data?.main[0] ?? [];
	const counts = items.map(
		(_, index) =>
			made.filter(({ pairedItem }) => (pairedItem as { item: number }).item === index).length,
	);
	known.set(operation, counts);
	return counts;
}

const IS_WHOLE = env.SETTINGS === 'all';
/**
 * `npm run test:settings` plays every cell; here, as many as fit into some twenty seconds on each
 * engine.
 */
const played = IS_WHOLE ? cells : shareOf(cells, 60);

/** Of each package's node, as n8n loaded it. */
async function operations(): Promise<string[]> {
	const engines = {
		flowscale: (await harnesses.flowscale()).engine,
		comflowy: (await harnesses.comflowy()).engine,
		flowai: (await harnesses.flowAi()).engine,
	};
	return Object.entries(engines).flatMap(([service, { nodeTypes }]) => {
		const type = `n8n-nodes-${service}.${service === 'flowai' ? 'flowAi' : service}`;
		const { properties } = nodeTypes.getByNameAndVersion(type, 1).description;
		return properties
			.filter(({ name }) => name === 'operation')
			.flatMap(({ displayOptions, options }) =>
				(displayOptions?.show?.resource ?? []).flatMap((resource) =>
					(options as INodePropertyOptions[]).map(
						({ value }) => `${service} ${String(resource)}.${value}`,
					),
				),
			);
	});
}

it('every operation is in the matrix, and every pair of values with each wait mode that nothing rules out', async () => {
	const all = await operations();
	expect(all.sort()).toEqual([...AXES.operation].sort());
	expect([...new Set(cells.map(({ operation }) => operation))].sort()).toEqual(all);
	expect(cells.filter((cell) => cell.waitMode !== 'inExecution').every(isWaiting)).toBe(true);
	if (IS_WHOLE) stdout.write(summary());
	expect(missing.filter(({ reason }) => reason === undefined)).toEqual([]);
	expect(cells.filter((cell) => reasonAgainst(cell) !== undefined)).toEqual([]);
});

it.each(played.map((cell) => [nameOf(cell), cell] as const))('%s', async (_, cell) => {
	const counts = await countsOf(cell.operation);
	const subject = await openSubject(harnesses, cell);
	const result = await playCell(cell, subject);
	expect(await auditCell(cell, result, subject, counts)).toEqual([]);
});
