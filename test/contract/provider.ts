import type { INode, INodeExecutionData, INodeParameters, IRun } from 'n8n-workflow';
import type { Fault } from '../../simulator/faults';
import { promptOf, useComflowy } from '../harness/comflowyHarness';
import { asking, useFlowAi } from '../harness/flowAiHarness';
import type { RunOptions } from '../harness/runWorkflow';
import { ownPrompt, quick, startOf, useHarness } from '../harness/useHarness';

/** What happens to the start of a run. */
export type StartFault = Omit<Fault, 'on'>;

/** A service's node on n8n's engine, in words that fit every service: it is asked for something, and waits for what comes. */
export interface Contestant {
	/** Asks for the item's prompt and waits for the result; of a workflow that nobody knows where the item says so. */
	node(options?: INodeParameters, extra?: Partial<INode>): INode;
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

/** An item with `isLost` asks for a workflow that nobody knows. */
const known = (id: string) => `={{ $json.isLost ? "nobody-knows-it" : "${id}" }}`;
const idOf = (value: unknown) => String((value as { value?: unknown }).value ?? value);

export function useContestants(): Record<string, (duration: Duration) => Promise<Contestant>> {
	const [flowscale, comflowy, flowAi] = [useHarness(), useComflowy(), useFlowAi()];
	return {
		Flowscale: async (duration) => {
			const {
				node,
				run,
				flowscale: service,
			} = await flowscale({ runMs: ({ inputs }) => duration(String(inputs.text_51536)) });
			const prompts = () => service.runs.map(({ inputs }) => String(inputs.text_51536));
			return {
				name: 'Flowscale',
				run,
				started: prompts,
				node: (options, extra) => {
					const parameters = startOf('image', ownPrompt, { ...quick, ...options }) ?? {};
					return node(
						'workflow.executeAndWait',
						{
							...parameters,
							workflowId: { __rl: true, mode: 'id', value: known(idOf(parameters.workflowId)) },
						},
						extra,
					);
				},
				promptIn: ({ json }) => prompts()[service.runs.findIndex(({ id }) => id === json.run_id)],
				requests: () => service.journal.length,
				fault: (fault) => service.fault({ ...fault, on: 'startRun' }),
				secrets: () => [service.apiKey ?? ''],
				hasLetGo: () => service.runs.every(({ state }) => state === 'cancelled'),
			};
		},
		Comflowy: async (duration) => {
			const { node, run, service } = await comflowy({
				runMs: (params) => duration(String(params['6::text'])),
			});
			const prompts = () => service.runs.map(({ params }) => String(params['6::text']));
			let seen = -1;
			return {
				name: 'Service',
				run,
				started: prompts,
				node: (options, extra) => {
					const parameters = promptOf('image', { ...quick, ...options });
					return node(
						'workflow.executeAndWait',
						{ ...parameters, workflowId: known(String(parameters.workflowId)) },
						extra,
					);
				},
				promptIn: ({ json }) => prompts()[service.runs.findIndex(({ id }) => id === json.run_id)],
				requests: () => service.journal.length,
				fault: (fault) => service.fault({ ...fault, on: 'run' }),
				secrets: () => [service.apiKey, ...service.tokens.slice(-1)],
				// It documents no way to cancel: nobody may look any more.
				hasLetGo: () => {
					const isQuiet = service.journal.length === seen;
					seen = service.journal.length;
					return isQuiet;
				},
			};
		},
		FlowAI: async (duration) => {
			const { node, run, service } = await flowAi({
				pieceMs: (input) => duration(String(input.input)),
			});
			return {
				name: 'Service',
				run,
				node: (options, extra) => {
					const parameters = asking('chat', { options: options ?? {} });
					return node(
						'workflow.execute',
						{ ...parameters, workflowId: known(String(parameters.workflowId)) },
						extra,
					);
				},
				started: () => service.inputs.map(({ input }) => String(input)),
				promptIn: ({ json }) => /^Yes, I heard: (.*)$/.exec(String(json.output))?.[1],
				requests: () => service.journal.length,
				fault: (fault) => service.fault({ ...fault, on: 'run' }),
				secrets: () => [service.apiKey],
				hasLetGo: () => service.aborted.length === service.inputs.length,
			};
		},
	};
}
