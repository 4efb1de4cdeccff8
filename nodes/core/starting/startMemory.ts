import { createHash } from 'crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import { onAbort } from '../async/signals';
import { isTool } from '../items/agentTool';
import type { RunIdentity } from '../runs/matchRun';
import type { StartRequest } from './startService';
import { nodeOf } from '../nodeOf';
import { nodeStore } from '../nodeStore';

/**
 * What is known of a start: sent at this time (epoch ms), and the run's id once the service named
 * it.
 */
export interface RememberedStart {
	fingerprint: string;
	executionId: string;
	sentAtMs: number;
	/**
	 * Group it was sent under: by default it names the execution, and a retry of the execution has an
	 * ID of its own.
	 */
	groupId?: string;
	runId?: string;
	/** The run was there before, and was taken by Reuse Run. */
	isReused?: boolean;
	/**
	 * The start got no clear answer, and the run was found in a group of several executions: another
	 * one may have started it.
	 */
	isPerhapsForeign?: boolean;
	/**
	 * An agent's tool: the result was returned, so that the same call once more asks for another run.
	 */
	isHandedOut?: boolean;
}

/** When a start was sent, and by which execution: an earlier try of it is known by both. */
export type SentStart = Pick<RememberedStart, 'sentAtMs' | 'executionId'>;

type Known = Omit<RememberedStart, 'fingerprint' | 'executionId'>;

/**
 * Which runs this node started in this execution. n8n stores the node's context with the execution,
 * and keeps it through "Retry On Fail" and the retry of a failed execution, both of which run the
 * node again for all of its items.
 */
export interface StartMemory {
	/** Of this execution. */
	executionId: string;
	/**
	 * The start that an earlier try sent for this request; of a wait that continues, whatever its
	 * inputs are by now.
	 */
	get(request: StartRequest): RememberedStart | undefined;
	/** The same by item, whatever its inputs; a tool's starts are not sorted by items. */
	ofItem(itemIndex: number): RememberedStart | undefined;
	save(request: StartRequest, start: Known): void;
	forget(request: StartRequest): void;
	/** Records that the run's result was returned to its caller. */
	markHandedOut(request: StartRequest): void;
	/** Ids of every run that an item of this execution has taken, in whichever node. */
	runIds(): string[];
	/**
	 * Whether another start of the same inputs, in any node of this execution, got no clear answer.
	 */
	hasLostTwin(request: StartRequest): boolean;
	/**
	 * Starts without clear answer, of other items of this run of the node, that may have made a run
	 * which this request would reuse.
	 */
	lostRivals(request: StartRequest): RememberedStart[];
}

const KEY = 'startedRuns';
const TOOL_KEY = 'startedToolRuns';
/** Two nodes with the same inputs share the execution's default group, and must not share a run. */
const TAKEN_KEY = 'takenRuns';
/**
 * Starts without clear answer, by node, run of the node and item: the fingerprint of what was sent.
 */
const LOST_KEY = 'lostStarts';

/** Starts of tools that a call of this process is working on at this moment. */
const claimed = new WeakSet<RememberedStart>();

/**
 * @param runIndex the run of the node that the items belong to: in a loop it runs again for other
 *   items, with other runs
 * @param ended ends with this run of the node
 */
export function openStartMemory(
	context: IExecuteFunctions,
	runIndex: number,
	ended?: AbortSignal,
): StartMemory {
	const executionId = context.getExecutionId();
	const { name } = nodeOf(context);
	const slots = openSlots(context, runIndex, ended);
	const takenStore = nodeStore<string[]>(context, TAKEN_KEY, 'flow');
	const taken = (): string[] => {
		const known = takenStore.get() ?? [];
		takenStore.set(known);
		return known;
	};
	const lost = nodeStore<Record<string, string>>(context, LOST_KEY, 'flow').open;
	const lostKeyOf = (request: StartRequest) =>
		`${name}/${isTool(context) ? fingerprintOf(request) : `${runIndex}/${request.itemIndex}`}`;
	const lostOfNode = `${name}/${runIndex}/`;
	return {
		executionId,
		get: slots.get,
		ofItem: slots.ofItem,
		lostRivals: (request) => {
			const lostKey = lostKeyOf(request);
			const wanted = request.reuse === 'anyInGroup' ? undefined : fingerprintOf(request);
			return Object.entries(lost())
				.filter(([key, other]) => key !== lostKey && (wanted === undefined || wanted === other))
				.filter(([key]) => key.startsWith(lostOfNode))
				.flatMap(([key]) => slots.ofItem(Number(key.slice(lostOfNode.length))) ?? [])
				.filter(({ groupId }) => groupId === request.groupId);
		},
		save: (request, known) => {
			const fingerprint = fingerprintOf(request);
			slots.set(request, { ...known, executionId, fingerprint });
			if (known.runId === undefined) lost()[lostKeyOf(request)] = fingerprint;
			else {
				delete lost()[lostKeyOf(request)];
				taken().push(known.runId);
			}
		},
		forget: (request) => {
			slots.delete(request);
			delete lost()[lostKeyOf(request)];
		},
		markHandedOut: slots.markHandedOut,
		runIds: taken,
		hasLostTwin: (request) => {
			const fingerprint = fingerprintOf(request);
			const lostKey = lostKeyOf(request);
			return (
				slots.hasLostTwin(request) ||
				Object.entries(lost()).some(([key, other]) => key !== lostKey && other === fingerprint)
			);
		},
	};
}

interface Slots {
	get(request: StartRequest): RememberedStart | undefined;
	/** Whatever the item's inputs were; a tool's starts are not sorted by items. */
	ofItem(itemIndex: number): RememberedStart | undefined;
	set(request: StartRequest, start: RememberedStart): void;
	delete(request: StartRequest): void;
	markHandedOut(request: StartRequest): void;
	/**
	 * Whether another start of the same inputs, which would have the same key among the lost ones,
	 * got no clear answer.
	 */
	hasLostTwin(request: StartRequest): boolean;
}

function openSlots(context: IExecuteFunctions, runIndex: number, ended?: AbortSignal): Slots {
	if (isTool(context))
		return toolSlots(nodeStore<Record<string, RememberedStart[]>>(context, TOOL_KEY).open(), ended);
	const starts = nodeStore<Record<string, RememberedStart>>(context, KEY).open();
	return itemSlots(starts, runIndex, context.getExecutionId());
}

/** A node's starts, by run of the node and item. */
function itemSlots(
	starts: Record<string, RememberedStart>,
	runIndex: number,
	executionId: string,
): Slots {
	const keyOf = ({ itemIndex }: StartRequest) => `${runIndex}/${itemIndex}`;
	return {
		get: (request) => {
			const start = starts[keyOf(request)];
			if (start === undefined) return undefined;
			// A workflow does not change within an execution, so other inputs come from an expression,
			// such as a random seed.
			const isSameItem = request.isContinued === true || start.executionId === executionId;
			return isSameItem || start.fingerprint === fingerprintOf(request) ? start : undefined;
		},
		ofItem: (itemIndex) => starts[`${runIndex}/${itemIndex}`],
		set: (request, start) => {
			starts[keyOf(request)] = start;
		},
		delete: (request) => {
			delete starts[keyOf(request)];
		},
		markHandedOut: () => undefined,
		hasLostTwin: () => false,
	};
}

/**
 * A tool's starts, by what is asked: n8n gives each try of "Retry On Fail", and each call of the
 * model, a run index of its own (n8n-core 2.41 and 1.122). A start is remembered until its result
 * was returned; calls at the same time get a start each.
 */
function toolSlots(starts: Record<string, RememberedStart[]>, ended?: AbortSignal): Slots {
	const mine = new Map<number, RememberedStart>();
	if (ended) onAbort(ended, () => mine.forEach((start) => claimed.delete(start)));
	const claim = (request: StartRequest, start: RememberedStart) => {
		mine.set(request.itemIndex, start);
		claimed.add(start);
		return start;
	};
	return {
		get: (request) => {
			const open = (starts[fingerprintOf(request)] ?? []).find(
				(start) => !start.isHandedOut && !claimed.has(start),
			);
			return mine.get(request.itemIndex) ?? (open && claim(request, open));
		},
		ofItem: () => undefined,
		set: (request, start) => {
			const known = mine.get(request.itemIndex);
			const unknown = { runId: undefined, isReused: undefined, isPerhapsForeign: undefined };
			if (known) Object.assign(known, unknown, start);
			else (starts[start.fingerprint] ??= []).push(claim(request, start));
		},
		delete: (request) => {
			const known = mine.get(request.itemIndex);
			const list = starts[fingerprintOf(request)];
			if (known && list) list.splice(list.indexOf(known), 1);
			mine.delete(request.itemIndex);
		},
		markHandedOut: (request) => {
			const known = mine.get(request.itemIndex);
			if (known) known.isHandedOut = true;
		},
		hasLostTwin: (request) =>
			(starts[fingerprintOf(request)] ?? []).some(
				(start) => start.runId === undefined && start !== mine.get(request.itemIndex),
			),
	};
}

/** An item whose inputs changed (a retry after the workflow was edited) is another run. */
function fingerprintOf(identity: RunIdentity): string {
	return createHash('sha256')
		.update(JSON.stringify([identity.workflowId, identity.texts, identity.fileNames]))
		.digest('base64url');
}
