import { toolOf } from '../../harness/addTool';
import { asking, useFlowAi } from '../../harness/flowAiHarness';
import { knownWorkflow, type OpenProvider } from '../provider';

export function useFlowAiProvider(): OpenProvider {
	const open = useFlowAi();
	return async (duration) => {
		const { engine, node, run, service } = await open({
			pieceMs: (input) => duration(String(input.input)),
		});
		return {
			name: 'Service',
			run,
			asTool: (made) => toolOf(engine, made),
			node: (options, extra) => {
				const parameters = asking('chat', { options: options ?? {} });
				return node(
					'workflow.execute',
					{ ...parameters, workflowId: knownWorkflow(String(parameters.workflowId)) },
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
	};
}
