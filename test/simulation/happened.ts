import type { INodeExecutionData } from 'n8n-workflow';
import type { Journal } from './network';
import type { Target } from './nodeContext';
import type { SimState } from './service';
import type { ExecutionPlan, ItemPlan, TriggerPlan, World } from './world';

export type ErrorLike = Error & { description?: string | null };

/** One current of the node: from its begin, or a resume, until it ended or was suspended. */
export interface NodeRun {
	executionId: string;
	/** Lives are counted over resumes and retries by hand, from 0. */
	attempt: number;
	beganMs: number;
	endedMs: number;
	/** When the node's code was over, which n8n does not wait for after Stop; null: never. */
	settledMs: number | null;
	outcome: 'items' | 'failed' | 'stopped' | 'waiting' | 'killed';
	items?: INodeExecutionData[];
	/** Places of the input items that `items` are about; undefined: all. */
	of?: number[];
	error?: ErrorLike;
	/** Times that n8n ran the node: more than one with Retry On Fail. */
	tries: number;
	/** Items and errors of tries that were followed by another one. */
	earlier: Array<{ items?: INodeExecutionData[]; of?: number[]; error?: ErrorLike }>;
}

/** What an execution came to, as n8n would store and show it. */
export interface ExecutionResult {
	id: string;
	plan: ExecutionPlan;
	/** The items that the node is run for. */
	items: ItemPlan[];
	/** What each item is about. */
	targets: Target[];
	/** How often n8n runs the node, one time after the other: a loop does it for each item. */
	rounds: number;
	runs: NodeRun[];
	log: string[];
	beganMs: number;
	/** When the user stopped it before the node had ended. */
	stoppedMs: number | null;
	/** When the user stopped it after the node had returned its items, while later nodes were executed. */
	stoppedLaterMs: number | null;
	/** Everything that n8n stored. */
	stored: string[];
}

/** One poll of the trigger that ended, and was not lost with its process. */
export interface Poll {
	startedMs: number;
	endedMs: number;
	items: INodeExecutionData[];
	error?: Error;
	/** It asked nothing, since another one was under way. */
	isIdle: boolean;
}

export interface TriggerResult {
	plan: TriggerPlan;
	polls: Poll[];
	log: string[];
	stored: string;
}

/** Everything that happened in a world. */
export interface Happened {
	world: World;
	results: ExecutionResult[];
	trigger: TriggerResult | undefined;
	state: SimState;
	journal: Journal;
	/** Promises of the product's that failed with nobody there. */
	rejections: string[];
	/** Time limits that somebody still waited for when everything had ended. */
	openTimers: number;
	beganMs: number;
	endedMs: number;
}
