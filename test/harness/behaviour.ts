import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { join, listFolder, projectDir } from '../../simulator/platform';
import type { Flowscale, FlowscaleOptions, Route } from '../../simulator/flowscale/startFlowscale';

/** What an execution of the node left behind. */
export interface BehaviourResult {
	items: INodeExecutionData[];
	flowscale: Flowscale;
	/** How many requests of this kind arrived; without a route: all. */
	requests(route?: Route): number;
}

/**
 * One operation at work: what the deployment holds, what the node is given, and what must come out.
 * The engine tests run it on both generations of n8n and hold its items against the operation's
 * shape; the fault matrix runs it once to learn which requests the operation sends, and then breaks
 * each of them.
 */
export interface Behaviour {
	operation: `${string}.${string}`;
	simulator?: FlowscaleOptions;
	/** Two items that differ for expressions; what they need at the deployment is made here. */
	given(flowscale: Flowscale): INodeExecutionData[];
	parameters: INodeParameters;
	/** Lets the deployment continue, once the node is at work. */
	meanwhile?(flowscale: Flowscale): void;
	check(result: BehaviourResult): Promise<void> | void;
}

/** For the type alone. */
export const behaviour = (value: Behaviour): Behaviour => value;

const FOLDER = join(projectDir, 'test/behaviours');

/** `run.get` and so on: one file each in `test/behaviours`. */
export const behaviourNames = (): string[] =>
	listFolder(FOLDER)
		.filter((name) => name.endsWith('.ts'))
		.map((name) => name.replace(/\.ts$/, ''));

export async function loadBehaviour(name: string): Promise<Behaviour> {
	const module = (await import(join(FOLDER, `${name}.ts`))) as { default: Behaviour };
	return module.default;
}
