import fc from 'fast-check';

/** Operations of the node that the simulation plays. */
const OPERATIONS = [
	'workflow.executeAndWait',
	'workflow.execute',
	'run.wait',
	'run.get',
	'run.getMany',
	'run.getOutputs',
	'run.getEvents',
	'run.cancel',
	'group.wait',
	'group.get',
	'group.cancel',
	'output.get',
	'workflow.getMany',
	'cluster.getQueue',
	'cluster.getHealth',
] as const;
export type OperationName = (typeof OPERATIONS)[number];

export interface NodeOptions {
	reuseRun: 'never' | 'sameInputs' | 'anyInGroup';
	timeout: number;
	pollInterval: number;
	maxConcurrent: number;
	cancelRemote: 'never' | 'onStop' | 'onStopOrTimeout';
	liveEvents: boolean;
	onFailedRun: 'error' | 'item';
	download: boolean;
	outputItems: 'perRun' | 'perOutput';
	startTimeout: number;
	maxQueued: number;
	fileName: string;
}

export interface ItemPlan {
	prompt: string;
	/** Content of a file input; null: none. */
	file: string | null;
	/** Of the runs that there are when the execution begins, which one the item is about. */
	target: number;
}

/** One execution of the node, as the user set it up. */
export interface ExecutionPlan {
	operation: OperationName;
	items: ItemPlan[];
	onError: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	/** Tries of Retry On Fail; 1: off. */
	tries: number;
	alwaysOutputData: boolean;
	executeOnce: boolean;
	waitMode: 'inExecution' | 'suspended';
	group: 'execution' | 'shared' | 'none';
	options: NodeOptions;
	/** When it begins, in ms. */
	startMs: number;
	/** When the user stops it, in ms after its beginning. */
	stopMs: number | null;
	/** How often the user presses Retry after it failed. */
	handRetries: number;
	/** Shape of the workflow around the node; layer 2 only. */
	shape: (typeof SHAPES)[number];
}

/** Ways in which the node stands in its workflow. */
const SHAPES = ['chain', 'loop', 'twoWires', 'merge', 'subWorkflow', 'tool'] as const;

/** What may happen to a request on its way. `Done`: the service did what was asked all the same. */
const FATES = [
	'refused',
	'tlsFailed',
	'lostBefore',
	'lostDone',
	'late',
	'mute',
	'muteDone',
	'502',
	'502Done',
	'503',
	'503Later',
	'504Done',
	'520',
	'520Done',
	'425',
	'429',
	'429Later',
	'401',
	'404',
	'408',
	'408Done',
	'409',
	'page',
	'pageDone',
	'empty',
	'cut',
	/** The body ends in its middle, and whoever reads it gets no error. */
	'cutQuietly',
	'cutBefore',
	'slowBody',
] as const;
export type Fate = (typeof FATES)[number] | 'fine';

/** Kinds of requests. */
export type RequestKind = 'start' | 'read' | 'cancel' | 'file' | 'events';

/** One request suffers something: the first of its kind after so many. */
export interface Fault {
	/** Requests (of its kind) between the fault before it and this one. */
	gap: number;
	fate: Fate;
	/** Without it, any request. */
	kind?: RequestKind;
}

/** Every request of a kind suffers the same for a while. */
export interface Outage {
	fromMs: number;
	lengthMs: number;
	fate: Fate;
	kind: RequestKind | 'any';
}

/** How a simulated deployment behaves. Times in milliseconds. */
export interface ServiceTraits {
	/** Its clock against ours. */
	skewMs: number;
	/** Most that the clocks of its machines, which stamp the ends, differ from each other. */
	stampSkewMs: number;
	containers: number;
	/** Runs are listed up to this much later than they begin, each by a time of its own. */
	listLagMs: number;
	/** An end is listed up to this much later than the run itself shows it. */
	endLagMs: number;
	/** Listings show some runs twice. */
	isDoubling: boolean;
	/** Listings hold this many runs a page, whatever is asked for. */
	pageSize: number;
	/** Runs in listings are as sparse as in the vendor's readme: id, status and outputs. */
	isSparse: boolean;
	/** Lists ignore sorting by the time of the end. */
	isUnsorted: boolean;
	/** How texts are shown: as they came, without blanks around them, or composed (NFC). */
	textForm: 'asSent' | 'trimmed' | 'composed';
	/** Length of files at least: the first 512 bytes may be judged alone. */
	fileBytes: number;
	/** All files of a run have one name, in folders of their own, and runs do not name their outputs. */
	hasOneFileName: boolean;
	/** Place of the output whose file is not there for good; -1: none. */
	goneOutput: number;
	/** Outputs are listed this much after the run is said to be completed. */
	outputsLateMs: number;
	/** A fresh link answers 404 for this long. */
	linkLateMs: number;
	/** Links are refused after this time. */
	linkExpiryMs: number;
	/** Starts beyond this many unfinished runs are answered 429; 0: no limit. */
	mostUnfinished: number;
	/** Its answer to a start has the run's names (the older dialect). */
	hasOutputNames: boolean;
	events: 'none' | 'honest' | 'lying' | 'silent' | 'short' | 'endless';
	/** A cancel that was accepted takes effect this much later. */
	cancelLateMs: number;
}

/** A run that somebody else starts. */
export interface OtherRun {
	atMs: number;
	prompt: string;
	group: 'shared' | 'other' | 'none';
}

/** A container ends, and what it worked on is gone. */
export interface Crash {
	atMs: number;
	container: number;
	/** What becomes of its run: it fails, it never ends, or the service forgets it. */
	run: 'failed' | 'stuck' | 'forgotten';
}

export interface TriggerPlan {
	everySeconds: number;
	events: Array<'completed' | 'failed' | 'cancelled'>;
	group: '' | 'shared';
	outputItems: 'perRun' | 'perOutput';
	simplify: boolean;
}

/** A whole world, from which everything that happens follows. */
export interface World {
	seed: number;
	service: ServiceTraits;
	workMs: number;
	failingShare: number;
	outputs: number;
	faults: Fault[];
	outages: Outage[];
	executions: ExecutionPlan[];
	others: OtherRun[];
	crashes: Crash[];
	trigger: TriggerPlan | null;
	/** When n8n's process is killed. It is there again a few seconds later. */
	killsMs: number[];
}

export const often = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
	fc.oneof(
		{ withCrossShrink: true },
		{ weight: 4, arbitrary: fc.constant(usual) },
		{ weight: others.length, arbitrary: fc.constantFrom(...others) },
	);
/** Rarer than `often`: what costs many requests. */
const seldom = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
	fc.oneof(
		{ withCrossShrink: true },
		{ weight: 8, arbitrary: fc.constant(usual) },
		{ weight: 1, arbitrary: fc.constantFrom(...others) },
	);

const service: fc.Arbitrary<ServiceTraits> = fc.record({
	skewMs: often(0, -600_000, -60_000, 60_000, 600_000),
	stampSkewMs: often(0, 60_000),
	containers: fc.constantFrom(4, 1, 2, 8),
	listLagMs: often(0, 1_000, 5_000, 30_000),
	endLagMs: often(0, 2_000, 20_000),
	isDoubling: seldom(false, true),
	pageSize: often(100, 10, 2),
	isSparse: seldom(false, true),
	isUnsorted: seldom(false, true),
	textForm: often<ServiceTraits['textForm']>('asSent', 'trimmed', 'composed'),
	fileBytes: fc.constantFrom(0, 2_000),
	hasOneFileName: seldom(false, true),
	goneOutput: seldom(-1, 0, 1),
	outputsLateMs: often(0, 1_000, 5_000),
	linkLateMs: often(0, 2_000),
	linkExpiryMs: often(3_600_000, 3_000),
	mostUnfinished: often(0, 1, 3),
	hasOutputNames: fc.boolean(),
	events: often<ServiceTraits['events']>('none', 'honest', 'lying', 'silent', 'short', 'endless'),
	cancelLateMs: often(0, 2_000, 10_000),
});

/**
 * The last three are shown by services in another form than they were sent in: an accent apart from
 * its letter, a trailing blank, half an emoji.
 */
const prompt = fc.constantFrom('a', 'b', '7', '07', 'u\u0308', 'c ', 'x\ud83d');
const item: fc.Arbitrary<ItemPlan> = fc.record({
	prompt,
	file: often<string | null>(null, 'cat', 'dog'),
	target: fc.nat(5),
});

const options: fc.Arbitrary<NodeOptions> = fc.record({
	reuseRun: often<NodeOptions['reuseRun']>('never', 'sameInputs', 'anyInGroup'),
	timeout: often(600, 5, 60, 0),
	pollInterval: seldom(2, 0.1, 30),
	maxConcurrent: often(10, 1, 2),
	cancelRemote: often<NodeOptions['cancelRemote']>('onStop', 'never', 'onStopOrTimeout'),
	liveEvents: fc.boolean(),
	onFailedRun: often<NodeOptions['onFailedRun']>('error', 'item'),
	download: often(true, false),
	outputItems: often<NodeOptions['outputItems']>('perRun', 'perOutput'),
	startTimeout: seldom(0, 3, 30),
	maxQueued: seldom(0, 1, 3),
	fileName: seldom('', 'picture'),
});

const operation: fc.Arbitrary<OperationName> = fc.oneof(
	{ withCrossShrink: true },
	{ weight: 10, arbitrary: fc.constant<OperationName>('workflow.executeAndWait') },
	{ weight: 3, arbitrary: fc.constant<OperationName>('workflow.execute') },
	{ weight: 4, arbitrary: fc.constantFrom<OperationName>('run.wait', 'group.wait') },
	{ weight: 5, arbitrary: fc.constantFrom<OperationName>(...OPERATIONS.slice(3)) },
);

/** Items that differ by their files alone. */
const alike: fc.Arbitrary<ItemPlan[]> = fc
	.record({
		prompt,
		files: fc.array(fc.constantFrom<ItemPlan['file']>('cat', 'dog'), {
			minLength: 2,
			maxLength: 4,
		}),
	})
	.map((batch) => batch.files.map((file) => ({ prompt: batch.prompt, file, target: 0 })));

const items: fc.Arbitrary<ItemPlan[]> = fc.oneof(
	{ withCrossShrink: true },
	{ weight: 24, arbitrary: fc.array(item, { minLength: 1, maxLength: 5 }) },
	{ weight: 6, arbitrary: alike },
	{ weight: 1, arbitrary: fc.array(item, { minLength: 1, maxLength: 50 }) },
);

const execution: fc.Arbitrary<ExecutionPlan> = fc.record({
	operation,
	items,
	onError: fc.constantFrom(
		'stopWorkflow' as const,
		'continueRegularOutput' as const,
		'continueErrorOutput' as const,
	),
	tries: often(1, 2, 3, 5),
	alwaysOutputData: seldom(false, true),
	executeOnce: seldom(false, true),
	waitMode: often<ExecutionPlan['waitMode']>('inExecution', 'suspended'),
	group: fc.constantFrom('execution', 'execution', 'shared', 'none'),
	options,
	startMs: often(0, 10, 3_000, 30_000),
	stopMs: often<number | null>(null, 0, 50, 500, 3_000, 20_000, 100_000),
	handRetries: often(0, 1, 2),
	shape: fc.constantFrom(...SHAPES),
});

const fate = fc.constantFrom<Fate>(...FATES);

/** Polls ten times a second are played with short runs only: they cost a minute's polls each. */
function affordable(one: World): World {
	if (one.workMs <= 3_000) return one;
	return {
		...one,
		executions: one.executions.map((plan) => ({
			...plan,
			options: { ...plan.options, pollInterval: Math.max(2, plan.options.pollInterval) },
		})),
	};
}

/** What goes wrong. Where it is much, only little can be expected of anybody. */
type Mishaps = Pick<World, 'faults' | 'outages' | 'crashes' | 'killsMs'>;
/** An empty list that a world from a text has, too: a constant is recognized by its identity alone. */
const nothing = fc.constant(0).map(
	(): never[] => [],
	(value) => {
		if (Array.isArray(value) && value.length === 0) return 0;
		throw new Error('Not an empty list');
	},
);
const fault: fc.Arbitrary<Fault> = fc.record({ gap: fc.nat(12), fate });
/** What a request of a kind may well suffer, and somebody has to make good. */
const TELLING: Record<Exclude<RequestKind, 'events'>, Fate[]> = {
	start: [
		...([
			'lostBefore',
			'lostDone',
			'408Done',
			'502Done',
			'504Done',
			'pageDone',
			'muteDone',
		] as const),
		...(['cutBefore', 'tlsFailed', '429', '503Later'] as const),
	],
	read: ['520', '401', '404', 'page', 'cut', 'cutQuietly', '504Done', '429Later', 'slowBody'],
	cancel: ['lostDone', 'empty', '520Done', '429Later', '409'],
	file: ['404', '520', 'page', 'empty', 'lostDone', 'cut', 'cutQuietly', 'slowBody'],
};
const faultOfKind: fc.Arbitrary<Fault> = fc.oneof(
	{ withCrossShrink: true },
	...(['start', 'read', 'cancel', 'file'] as const).map((kind) =>
		fc.record({
			gap: fc.nat(3),
			fate: fc.constantFrom(...TELLING[kind]),
			kind: fc.constant<RequestKind>(kind),
		}),
	),
);

const storm: fc.Arbitrary<Mishaps> = fc.record({
	faults: fc.array(fault, { maxLength: 12, size: 'max' }),
	outages: fc.array(
		fc.record({
			fromMs: fc.constantFrom(0, 100, 2_000, 10_000),
			lengthMs: fc.constantFrom(500, 5_000, 30_000, 200_000),
			fate,
			kind: fc.constantFrom<Outage['kind']>('any', 'start', 'read', 'cancel', 'file', 'events'),
		}),
		{ maxLength: 1 },
	),
	crashes: fc.array(
		fc.record({
			atMs: fc.constantFrom(100, 2_000, 15_000),
			container: fc.nat(7),
			run: fc.constantFrom<Crash['run']>('failed', 'stuck', 'forgotten'),
		}),
		{ maxLength: 1 },
	),
	killsMs: fc.oneof(
		{ withCrossShrink: true },
		{ weight: 6, arbitrary: nothing },
		{
			weight: 1,
			arbitrary: fc.array(fc.constantFrom(0, 100, 2_000, 30_000, 90_000, 300_000), {
				minLength: 1,
				maxLength: 2,
			}),
		},
	),
});
const breeze: fc.Arbitrary<Mishaps> = fc.record({
	faults: fc.array(fc.oneof({ withCrossShrink: true }, fault, faultOfKind), { maxLength: 2 }),
	outages: nothing,
	crashes: nothing,
	killsMs: nothing,
});
const mishaps: fc.Arbitrary<Mishaps> = fc.oneof(
	{ withCrossShrink: true },
	{ weight: 1, arbitrary: breeze },
	{ weight: 1, arbitrary: storm },
);

const other = (atMs: fc.Arbitrary<number>): fc.Arbitrary<OtherRun> =>
	fc.record({
		atMs,
		prompt: fc.constantFrom('a', 'b', '7', 'z'),
		group: fc.constantFrom<OtherRun['group']>('shared', 'other', 'none'),
	});
const others: fc.Arbitrary<OtherRun[]> = fc.oneof(
	{ withCrossShrink: true },
	{
		weight: 4,
		arbitrary: fc.array(other(fc.constantFrom(0, 0, 100, 5_000, 60_000)), { maxLength: 6 }),
	},
	// One after the other: groups that are never complete for long.
	{ weight: 1, arbitrary: fc.array(other(fc.nat(20_000)), { minLength: 6, maxLength: 12 }) },
);

type Setting = Omit<World, keyof Mishaps>;
const setting: fc.Arbitrary<Setting> = fc.record({
	seed: fc.noShrink(fc.integer({ min: 1, max: 2 ** 31 - 1 })),
	service,
	workMs: fc.constantFrom(200, 3_000, 3_000, 3_000, 20_000, 20_000, 200_000),
	failingShare: often(0, 0.3, 0.9),
	outputs: often(1, 2, 3, 0),
	executions: fc.array(execution, { minLength: 1, maxLength: 3 }),
	others,
	trigger: fc.oneof(
		{ withCrossShrink: true },
		{ weight: 4, arbitrary: fc.constant(null) },
		{
			weight: 1,
			arbitrary: fc.record({
				everySeconds: fc.constantFrom(60, 20, 300),
				events: fc.subarray(['completed' as const, 'failed' as const, 'cancelled' as const], {
					minLength: 1,
				}),
				group: fc.constantFrom<TriggerPlan['group']>('', 'shared'),
				outputItems: often<TriggerPlan['outputItems']>('perRun', 'perOutput'),
				simplify: often(true, false),
			}),
		},
	),
});

const parts = (value: unknown): { mishaps: Mishaps; setting: Setting } => {
	const { faults, outages, crashes, killsMs, ...rest } = value as World;
	return { mishaps: { faults, outages, crashes, killsMs }, setting: rest };
};

export const world: fc.Arbitrary<World> = fc
	.record({ mishaps, setting })
	.map((one) => affordable({ ...one.setting, ...one.mishaps }), parts);
