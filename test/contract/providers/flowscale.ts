import { toolOf } from '../../harness/addTool';
import { ownPrompt, quick, startOf, useHarness } from '../../harness/useHarness';
import { knownWorkflow, type OpenProvider } from '../provider';

const idOf = (value: unknown) => String((value as { value?: unknown }).value ?? value);

export function useFlowscaleProvider(): OpenProvider {
	const open = useHarness();
	return async (duration) => {
		const {
			engine,
			node,
			run,
			flowscale: service,
		} = await open({ runMs: ({ inputs }) => duration(String(inputs.text_51536)) });
		const prompts = () => service.runs.map(({ inputs }) => String(inputs.text_51536));
		return {
			name: 'Flowscale',
			run,
			asTool: (made) => toolOf(engine, made),
			started: prompts,
			node: (options, extra) => {
				const parameters = startOf('image', ownPrompt, { ...quick, ...options }) ?? {};
				return node(
					'workflow.executeAndWait',
					{
						...parameters,
						workflowId: {
							__rl: true,
							mode: 'id',
							value: knownWorkflow(idOf(parameters.workflowId)),
						},
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
	};
}
