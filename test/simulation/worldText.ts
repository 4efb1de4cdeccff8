import { type ExecutionPlan, type ItemPlan, type World } from './world';

type Json = Record<string, unknown>;

const ITEM: ItemPlan = { prompt: 'a', file: null, target: 0 };
const EXECUTION: ExecutionPlan = {
	operation: 'workflow.executeAndWait',
	items: [ITEM],
	onError: 'stopWorkflow',
	tries: 1,
	alwaysOutputData: false,
	executeOnce: false,
	waitMode: 'inExecution',
	group: 'execution',
	options: {
		reuseRun: 'never',
		timeout: 600,
		pollInterval: 2,
		maxConcurrent: 10,
		cancelRemote: 'onStop',
		liveEvents: false,
		onFailedRun: 'error',
		download: true,
		outputItems: 'perRun',
		startTimeout: 0,
		maxQueued: 0,
		fileName: '',
	},
	startMs: 0,
	stopMs: null,
	handRetries: 0,
	shape: 'chain',
};
/** A world in which nothing happens to one execution of one item. */
const PLAIN_WORLD: World = {
	seed: 1,
	service: {
		skewMs: 0,
		stampSkewMs: 0,
		containers: 4,
		listLagMs: 0,
		endLagMs: 0,
		isDoubling: false,
		pageSize: 100,
		isSparse: false,
		isUnsorted: false,
		textForm: 'asSent',
		fileBytes: 0,
		hasOneFileName: false,
		goneOutput: -1,
		outputsLateMs: 0,
		linkLateMs: 0,
		linkExpiryMs: 3_600_000,
		mostUnfinished: 0,
		hasOutputNames: false,
		events: 'none',
		cancelLateMs: 0,
	},
	workMs: 3_000,
	failingShare: 0,
	outputs: 1,
	faults: [],
	outages: [],
	executions: [EXECUTION],
	others: [],
	crashes: [],
	trigger: null,
	killsMs: [],
};

const isObject = (value: unknown): value is Json =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** What differs from a default, all the way down. */
function difference(value: object, usual: object): Json {
	const known = usual as Json;
	return Object.fromEntries(
		Object.entries(value).flatMap(([key, one]): Array<[string, unknown]> => {
			const other = known[key];
			if (JSON.stringify(one) === JSON.stringify(other)) return [];
			return [[key, isObject(one) && isObject(other) ? difference(one, other) : one]];
		}),
	);
}

function merged<T extends object>(usual: T, given: Json): T {
	const known = usual as Json;
	const pairs = Object.entries(given).map(([key, one]): [string, unknown] => {
		const other = known[key];
		return [key, isObject(one) && isObject(other) ? merged(other, one) : one];
	});
	return { ...usual, ...Object.fromEntries(pairs) };
}

/** A world as a short text: only what differs from a plain one. */
export function textOfWorld(world: World): string {
	const executions = world.executions.map((plan) => ({
		...difference(plan, { ...EXECUTION, items: [] }),
		items: plan.items.map((item) => difference(item, ITEM)),
	}));
	return JSON.stringify({ ...difference(world, { ...PLAIN_WORLD, executions: [] }), executions });
}

/** @param text as `textOfWorld` wrote it */
export function worldOfText(text: string): World {
	const given = JSON.parse(text) as Json;
	const executions = ((given.executions ?? [{}]) as Json[]).map((plan) => ({
		...merged(EXECUTION, { ...plan, items: [] }),
		items: ((plan.items ?? [{}]) as Json[]).map((item) => merged(ITEM, item)),
	}));
	return { ...merged(PLAIN_WORLD, { ...given, executions: [] }), executions };
}
