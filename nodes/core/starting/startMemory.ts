import { createHash } from 'crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import type { RunIdentity } from '../runs/matchRun';
import { isTool } from '../items/agentTool';

/** What is known of a start: sent at this time (epoch ms), and the run's id once the service told it. */
export interface RememberedStart {
	fingerprint: string;
	executionId: string;
	sentAtMs: number;
	/** Group it was sent under: by default it names the execution, and a retry of the execution has an ID of its own. */
	groupId?: string;
	runId?: string;
}

/**
 * Which runs this node started in this execution. n8n stores the node's context with the execution, and keeps it through
 * "Retry On Fail" and the retry of a failed execution, both of which run the node again for all of its items.
 */
export interface StartMemory {
	/** @param identity undefined: whatever the inputs are by now */
	get(itemIndex: number, identity: RunIdentity | undefined): RememberedStart | undefined;
	save(
		itemIndex: number,
		identity: RunIdentity,
		start: Omit<RememberedStart, 'fingerprint' | 'executionId'>,
	): void;
	forget(itemIndex: number): void;
	/** Ids of every run that an item of this execution has taken, in whichever node. */
	runIds(): string[];
}

const KEY = 'startedRuns';
/** Two nodes with the same inputs share the execution's default group, and must not share a run. */
const TAKEN_KEY = 'takenRuns';

/** @param runIndex the run of the node that the items belong to: in a loop it runs again for other items, with other runs */
export function openStartMemory(context: IExecuteFunctions, runIndex: number): StartMemory {
	const store = context.getContext('node');
	const starts = (): Record<string, RememberedStart> =>
		(store[KEY] ??= {}) as unknown as Record<string, RememberedStart>;
	const flow = context.getContext('flow');
	const taken = (): string[] => (flow[TAKEN_KEY] ??= []) as string[];
	const keyOf = (itemIndex: number) => `${runIndex}/${itemIndex}`;
	const executionId = context.getExecutionId();
	// Nobody edits within an execution: other inputs come from an expression, such as a random seed. An agent, however,
	// asks for another run with the same item.
	const isSameItem = (start: RememberedStart) =>
		start.executionId === executionId && !isTool(context);
	const isOf = (start: RememberedStart, identity: RunIdentity | undefined) =>
		identity === undefined || isSameItem(start) || start.fingerprint === fingerprintOf(identity);
	return {
		get: (itemIndex, identity) => {
			const start = starts()[keyOf(itemIndex)];
			return start !== undefined && isOf(start, identity) ? start : undefined;
		},
		save: (itemIndex, identity, start) => {
			starts()[keyOf(itemIndex)] = { ...start, executionId, fingerprint: fingerprintOf(identity) };
			if (start.runId !== undefined) taken().push(start.runId);
		},
		forget: (itemIndex) => {
			delete starts()[keyOf(itemIndex)];
		},
		runIds: taken,
	};
}

/** An item whose inputs changed (a retry after the workflow was edited) is another run. */
function fingerprintOf(identity: RunIdentity): string {
	return createHash('sha256')
		.update(JSON.stringify([identity.workflowId, identity.texts, identity.fileNames]))
		.digest('base64url');
}
