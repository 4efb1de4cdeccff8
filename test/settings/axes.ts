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
		'agent tool',
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

const WAITING = new Set<Cell['operation'] | undefined>([
	'flowscale workflow.executeAndWait',
	'flowscale run.wait',
	'flowscale group.wait',
	'comflowy workflow.executeAndWait',
]);

const isOneOf = <T>(value: T | undefined, ...values: T[]) =>
	value !== undefined && values.includes(value);

/**
 * Why n8n or the service rules a combination out, with the values that are known so far; undefined:
 * it is possible.
 */
const RULES: Array<[reason: string, rulesOut: (cell: Partly) => boolean]> = [
	[
		'the operation waits for no run, so it has no Wait Mode',
		({ operation, waitMode }) =>
			operation !== undefined &&
			!WAITING.has(operation) &&
			isOneOf(waitMode, 'suspended', 'callback'),
	],
	[
		'only Comflowy calls back',
		({ operation, waitMode }) =>
			waitMode === 'callback' &&
			operation !== undefined &&
			operation !== 'comflowy workflow.executeAndWait',
	],
	[
		'a run that fails is a failure of the node only where the node waits for it',
		({ operation, outcome }) =>
			outcome === 'fail' && operation !== undefined && !WAITING.has(operation),
	],
	[
		'the node does not run, so no run can fail',
		({ way, items, outcome }) =>
			outcome === 'fail' && (isOneOf(way, 'deactivated', 'pinned on it') || items === 'none'),
	],
	[
		'an agent calls its tool once, not per item',
		({ way, items }) => way === 'agent tool' && isOneOf(items, 'three', 'none'),
	],
	[
		'Execute Once and the error output do not exist for an agent’s tool',
		({ way, executeOnce, onError }) =>
			way === 'agent tool' && (executeOnce === 'on' || onError === 'error output'),
	],
];

export function reasonAgainst(cell: Partly): string | undefined {
	return RULES.find(([, rulesOut]) => rulesOut(cell))?.[0];
}

/** Ways in which the node waits in the execution, whatever its Wait Mode says. */
export const waitsInPlace = ({ waitMode, way }: Cell): boolean =>
	waitMode === 'inExecution' || isOneOf(way, 'sub-workflow', 'agent tool');

export const isWaiting = ({ operation }: Cell): boolean => WAITING.has(operation);

/** Whether n8n runs the node at all. */
export const isRun = ({ way, items }: Cell): boolean =>
	items !== 'none' && !isOneOf(way, 'deactivated', 'pinned on it');

export const nameOf = (cell: Cell): string =>
	(Object.keys(AXES) as Array<keyof Axes>).map((axis) => cell[axis]).join(' · ');
