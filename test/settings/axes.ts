/** What a cell of the matrix is made of: one value of each axis. */
export const AXES = {
	operation: [
		'flowscale workflow.execute',
		'flowscale workflow.executeAndWait',
		'flowscale workflow.getMany',
		'flowscale run.get',
		'flowscale run.getMany',
		'flowscale run.wait',
		'flowscale run.getOutputs',
		'flowscale run.cancel',
		'flowscale run.getEvents',
		'flowscale group.get',
		'flowscale group.wait',
		'flowscale group.cancel',
		'flowscale output.get',
		'flowscale cluster.getHealth',
		'flowscale cluster.getQueue',
		'comflowy workflow.execute',
		'comflowy workflow.executeAndWait',
		'comflowy run.get',
		'flowai workflow.execute',
	],
	waitMode: ['inExecution', 'suspended', 'callback'],
	way: [
		'main chain',
		'manual',
		'loop over items',
		'two wires in',
		'merge behind it',
		'sub-workflow',
		'error workflow',
		'tool of agent 1 or 2',
		'tool of agent 3',
		'MCP tool',
		'execute step',
		'pinned before it',
		'pinned on it',
		'deactivated',
	],
	items: ['one', 'three', 'none'],
	onError: ['stop', 'continue', 'error output'],
	retries: ['off', '2 tries', '5 tries'],
	alwaysOutputData: ['off', 'on'],
	executeOnce: ['off', 'on'],
	/** How the runs end that are waited for. */
	outcome: ['succeed', 'fail'],
	executionOrder: ['v1', 'v0'],
	binaryMode: ['separate', 'combined'],
	store: ['filesystem', 'memory', 'database'],
} as const;

export type Axes = typeof AXES;
export type Cell = { [Axis in keyof Axes]: Axes[Axis][number] };
export type Partly = Partial<Cell>;

const WAITING: readonly string[] = [
	'flowscale workflow.executeAndWait',
	'flowscale run.wait',
	'flowscale group.wait',
	'comflowy workflow.executeAndWait',
];
const allBut = (...values: readonly string[]) =>
	AXES.operation.filter((operation) => !values.includes(operation));

/** Agents before version 3 call their tools themselves; an MCP Server Trigger has no execution. */
const TOOL = ['tool of agent 1 or 2', 'tool of agent 3', 'MCP tool'] as const;

/** Values that cannot stand together: one of each axis that is named. */
export type Exclusion = { readonly [Axis in keyof Axes]?: ReadonlyArray<Axes[Axis][number]> };

/** What n8n or the service rules out, with the reason. */
export const EXCLUSIONS: ReadonlyArray<readonly [reason: string, ruledOut: Exclusion]> = [
	[
		'the operation waits for no run, so it has no Wait Mode',
		{ operation: allBut(...WAITING), waitMode: ['suspended', 'callback'] },
	],
	[
		'only Comflowy calls back',
		{ operation: allBut('comflowy workflow.executeAndWait'), waitMode: ['callback'] },
	],
	[
		'a run that fails is a failure of the node only where the node waits for it',
		{ operation: allBut(...WAITING), outcome: ['fail'] },
	],
	[
		'the node does not run, so no run can fail',
		{ way: ['deactivated', 'pinned on it'], outcome: ['fail'] },
	],
	['the node has no items, so no run can fail', { items: ['none'], outcome: ['fail'] }],
	['an agent calls its tool once, not per item', { way: TOOL, items: ['three', 'none'] }],
	[
		// Read in n8n-core 1.122.48 and 2.41.1 (`handleRequest`), and seen on both: a tool that runs
		// for nobody.
		'with execution order v0, n8n continues an agent of version 3 before its tool has run',
		{ way: ['tool of agent 3'], executionOrder: ['v0'] },
	],
	['Execute Once does not exist for an agent’s tool', { way: TOOL, executeOnce: ['on'] }],
	['the error output does not exist for an agent’s tool', { way: TOOL, onError: ['error output'] }],
];

/**
 * Why n8n or the service rules a combination out, with the values that are known; undefined: it is
 * possible.
 */
export function reasonAgainst(cell: Partly): string | undefined {
	const isRuledOut = (ruledOut: Exclusion) =>
		(Object.keys(ruledOut) as Array<keyof Axes>).every((axis) =>
			(ruledOut[axis] as readonly string[]).includes(cell[axis] ?? ''),
		);
	return EXCLUSIONS.find(([, ruledOut]) => isRuledOut(ruledOut))?.[0];
}

const isOneOf = <T>(value: T, ...values: T[]) => values.includes(value);

export const isTool = ({ way }: Pick<Cell, 'way'>): boolean => isOneOf<Cell['way']>(way, ...TOOL);

/** Ways in which the node waits in the execution, whatever its Wait Mode says. */
export const waitsInPlace = ({ waitMode, way }: Cell): boolean =>
	waitMode === 'inExecution' || way === 'sub-workflow' || isTool({ way });

export const isWaiting = ({ operation }: Cell): boolean => WAITING.includes(operation);

/** Whether n8n runs the node at all. */
export const isRun = ({ way, items }: Cell): boolean =>
	items !== 'none' && !isOneOf(way, 'deactivated', 'pinned on it');

export const nameOf = (cell: Cell): string =>
	(Object.keys(AXES) as Array<keyof Axes>).map((axis) => cell[axis]).join(' · ');
