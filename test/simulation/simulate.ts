import { onUnhandledRejection } from '../../simulator/platform';
import { audit } from './audit/audit';
import type { ExecutionParts } from './execution';
import { createFates } from './fates';
import type { ExecutionResult, Happened } from './happened';
import { createNetwork, type Journal, type Sender } from './network';
import { KEY, type Target } from './nodeContext';
import { randomFrom } from './random';
import { startServer } from './server';
import { crash, createState, type SimState, startRun } from './service';
import { storyOf } from './story';
import { type CreatePoller, runTrigger } from './trigger';
import { installVirtualTime, type VirtualTime } from './virtualTime';
import type { ItemPlan, World } from './world';

export interface Story {
	complaints: string[];
	/** What happened, line by line: requests with their fate, then how each execution ended. */
	lines(): string[];
	executions: number;
}

/**
 * Background work after Stop (cancels, late starts) is given this long before the auditor looks.
 */
const AFTERMATH_MS = 420_000;
const LONGEST_MS = 100_000_000;
const BEGIN_MS = 1_800_000_000_000;

/** Who plays n8n in a world. */
export interface Actor {
	runExecution(parts: ExecutionParts): Promise<ExecutionResult>;
	createPoller: CreatePoller;
	/** What the world's auditor cannot see. */
	audit?(happened: Happened): string[];
	/** Timers beside the time limits of the node's. */
	openTimers?(): number;
	leave?(): void;
}
export type CreateActor = (time: VirtualTime) => Actor;

/** What the product remembers of a deployment outlives a world, so each world has its own. */
let worlds = 0;

/**
 * Lets everything of a world happen, and has it audited. The same world always gives the same
 * story.
 */
export async function simulate(world: World, createActor: CreateActor): Promise<Story> {
	const random = randomFrom(world.seed);
	const original = Math.random;
	const time = installVirtualTime(BEGIN_MS);
	Math.random = randomFrom(world.seed + 1);
	const rejections: string[] = [];
	const stopListening = onUnhandledRejection((reason) => rejections.push(String(reason)));
	const journal: Journal = { entries: [] };
	const actor = createActor(time);
	const state = createState(time, world.service, world.outputs, random, () => ({
		workMs: world.workMs * (0.5 + random()),
		isFailing: random() < world.failingShare,
	}));
	try {
		const happened = await play(world, time, state, journal, rejections, actor);
		return {
			complaints: [...audit(happened), ...(actor.audit?.(happened) ?? [])],
			lines: () => storyOf(happened),
			executions: happened.results.length,
		};
	} catch (error) {
		const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
		const partly = { world, state, journal, results: [], trigger: undefined };
		return {
			complaints: [`the world stood still: ${text}`],
			lines: () => storyOf({ ...partly, rejections, openTimers: 0, endedMs: 0, beganMs: BEGIN_MS }),
			executions: world.executions.length,
		};
	} finally {
		stopListening();
		actor.leave?.();
		time.uninstall();
		Math.random = original;
	}
}

async function play(
	world: World,
	time: VirtualTime,
	state: SimState,
	journal: Journal,
	rejections: string[],
	actor: Actor,
): Promise<Happened> {
	const number = worlds++;
	const origin = `https://deployment-${number}.test`;
	const beganMs = time.now();
	const fateOf = createFates(world, time);
	const parts = { time, state, fateOf, journal, key: KEY, origin };
	const requestOf = (sender: Sender) => createNetwork(parts, sender);
	const server = startServer(time, world.killsMs);
	beginElsewhere(world, time, state);
	let isOver = false;
	const trigger =
		world.trigger &&
		runTrigger(
			{
				time,
				server,
				plan: world.trigger,
				origin,
				requestOf,
				number,
				isOver: () => isOver,
			},
			actor.createPoller,
		);
	const executions = world.executions.map(
		async (plan, index) =>
			await actor.runExecution({
				time,
				server,
				plan,
				id: `exec${index}`,
				origin,
				requestOf,
				targetOf: (item) => targetOf(state, item),
			}),
	);
	const results = await time.until(Promise.all(executions), LONGEST_MS);
	const isDone = isQuiet(world, results);
	const openTimers = isDone ? time.openTimers() + (actor.openTimers?.() ?? 0) : 0;
	// A trigger gets four polls more.
	await time.pass(Math.max(AFTERMATH_MS, (world.trigger?.everySeconds ?? 0) * 4_000));
	isOver = true;
	const polled = trigger ? await time.until(trigger, LONGEST_MS) : undefined;
	return {
		world,
		results,
		trigger: polled,
		state,
		journal,
		rejections,
		openTimers,
		endedMs: time.now(),
		beganMs,
	};
}

/** Whether nothing may go on in the background: no stop, no kill, no failure, no trigger. */
function isQuiet({ trigger, killsMs }: World, results: ExecutionResult[]): boolean {
	const isClean = ({ runs, stoppedMs }: ExecutionResult) =>
		stoppedMs === null &&
		runs.every(
			({ outcome, earlier, items }) =>
				outcome === 'items' &&
				earlier.length === 0 &&
				items?.every(({ json }) => json.error === undefined),
		);
	return trigger === null && killsMs.length === 0 && results.every(isClean);
}

/** What happens without n8n: runs of others, and containers that crash. */
function beginElsewhere(world: World, time: VirtualTime, state: SimState): void {
	for (const { atMs, prompt, group } of world.others)
		time.after(atMs, () =>
			startRun(state, {
				workflowId: prompt === 'z' ? 'w2' : 'w1',
				groupId: { shared: 'poster', other: 'other', none: null }[group],
				form: { texts: { text_51536: prompt }, files: {} },
				by: 'others',
				attempt: 0,
			}),
		);
	for (const one of world.crashes) time.after(one.atMs, () => crash(state, one));
}

function targetOf({ runs }: SimState, { target }: ItemPlan): Target {
	const run = runs.length === 0 ? undefined : runs[target % runs.length];
	return {
		runId: run?.id ?? 'run-that-is-not',
		outputName: run?.outputs[0]?.name ?? 'output-that-is-not',
		groupId: run?.groupId ?? 'poster',
	};
}
