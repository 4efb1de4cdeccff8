import type { INode, INodeExecutionData, INodeParameters, IRun } from 'n8n-workflow';
import type { Fault } from '../../simulator/faults';
import type { RunOptions } from '../harness/runWorkflow';

/** What happens to the start of a run. */
export type StartFault = Omit<Fault, 'on'>;

/**
 * A service's node on n8n's engine, in words that fit every service: it is asked for something, and
 * waits for what comes.
 */
export interface Provider {
	/**
	 * Asks for the item's prompt and waits for the result; of a workflow that nobody knows where the
	 * item says so.
	 */
	node(options?: INodeParameters, extra?: Partial<INode>): INode;
	/** The same node as an agent's tool. */
	asTool(node: INode): INode;
	run(node: INode, items: INodeExecutionData[], options?: RunOptions): Promise<IRun>;
	/** Name of the node in the run. */
	name: string;
	/** Prompts that were started at the service, in order; each of them costs. */
	started(): string[];
	/** The prompt that an output item's result was made for. */
	promptIn(item: INodeExecutionData): string | undefined;
	requests(): number;
	fault(fault: StartFault): void;
	/** The key, and the token that was made of it last. */
	secrets(): string[];
	/** After Stop: whatever the service offers to end what goes on has been used. */
	hasLetGo(): boolean;
}

/** How long the work for a prompt takes, ms. */
export type Duration = (prompt: string) => number;

export type OpenProvider = (duration: Duration) => Promise<Provider>;

/** An item with `isLost` asks for a workflow that nobody knows. */
export const knownWorkflow = (id: string) => `={{ $json.isLost ? "nobody-knows-it" : "${id}" }}`;
