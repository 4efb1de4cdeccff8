import fc from 'fast-check';
import { FATES, type Fate } from './network';
import type { ServiceTraits } from './service';

/** One execution of the node, as the user set it up. */
export interface ExecutionPlan {
	operation: 'executeAndWait' | 'execute';
	items: ItemPlan[];
	onError: 'stopWorkflow' | 'continueRegularOutput';
	/** Tries of Retry On Fail; 1: off. */
	tries: number;
	groupId: string;
	reuseRun: 'never' | 'sameInputs' | 'anyInGroup';
	timeoutSeconds: number;
	maxConcurrent: number;
	cancelRemote: 'never' | 'onStop' | 'onStopOrTimeout';
	liveEvents: boolean;
	/** When the user stops it, in ms after its beginning. */
	stopMs: number | null;
	/** When it begins. */
	startMs: number;
}

export interface ItemPlan {
	prompt: string;
	/** Content of a file input; null: none. */
	file: string | null;
}

/** A whole world, from which everything that happens follows. */
export interface World {
	seed: number;
	service: ServiceTraits;
	workMs: number;
	failingShare: number;
	outputs: number;
	/** Share of requests that suffer something, and what. */
	faultShare: number;
	fates: Fate[];
	executions: ExecutionPlan[];
}

const often = <T>(usual: T, ...others: T[]) =>
	fc.oneof(
		{ weight: 4, arbitrary: fc.constant(usual) },
		{ weight: others.length, arbitrary: fc.constantFrom(...others) },
	);

const service: fc.Arbitrary<ServiceTraits> = fc.record({
	skewMs: often(0, -600_000, -60_000, 60_000, 600_000),
	containers: fc.constantFrom(1, 2, 4, 8),
	listLagMs: often(0, 1_000, 5_000, 30_000),
	pageSize: often(100, 10, 2),
	isSparse: often(false, true),
	outputsLateMs: often(0, 1_000, 5_000),
	linkLateMs: often(0, 2_000),
	linkExpiryMs: often(3_600_000, 3_000),
	mostUnfinished: often(0, 1, 3),
	hasOutputNames: fc.boolean(),
});

const item: fc.Arbitrary<ItemPlan> = fc.record({
	prompt: fc.constantFrom('a', 'b', '7', '07', 'ü'),
	file: often<string | null>(null, 'cat', 'dog'),
});

const execution: fc.Arbitrary<ExecutionPlan> = fc.record({
	operation: often<ExecutionPlan['operation']>('executeAndWait', 'execute'),
	items: fc.array(item, { minLength: 1, maxLength: 5 }),
	onError: fc.constantFrom('stopWorkflow' as const, 'continueRegularOutput' as const),
	tries: often(1, 2, 3),
	groupId: fc.constantFrom('execution', 'execution', 'shared', ''),
	reuseRun: often<ExecutionPlan['reuseRun']>('never', 'sameInputs'),
	timeoutSeconds: often(600, 5),
	maxConcurrent: often(10, 1),
	cancelRemote: often<ExecutionPlan['cancelRemote']>('onStop', 'never', 'onStopOrTimeout'),
	liveEvents: fc.boolean(),
	stopMs: often<number | null>(null, 0, 50, 500, 3_000, 20_000),
	startMs: often(0, 10, 3_000),
});

export const world: fc.Arbitrary<World> = fc.record({
	seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
	service,
	workMs: fc.constantFrom(200, 3_000, 30_000, 200_000),
	failingShare: often(0, 0.3),
	outputs: often(1, 2, 3),
	faultShare: fc.constantFrom(0, 0.05, 0.2, 0.5),
	fates: fc.subarray([...FATES], { minLength: 1 }),
	executions: fc.array(execution, { minLength: 1, maxLength: 2 }),
});
