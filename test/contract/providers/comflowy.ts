import { toolOf } from '../../harness/addTool';
import { quick } from '../../harness/assertions';
import { promptOf, useComflowy } from '../../harness/comflowyHarness';
import { knownWorkflow, type OpenProvider } from '../provider';

export function useComflowyProvider(): OpenProvider {
	const open = useComflowy();
	return async (duration) => {
		const { engine, node, run, service } = await open({
			runMs: (params) => duration(String(params['6::text'])),
		});
		const prompts = () => service.runs.map(({ params }) => String(params['6::text']));
		let seen = -1;
		return {
			name: 'Service',
			run,
			asTool: (made) => toolOf(engine, made),
			started: prompts,
			node: (options, extra) => {
				const parameters = promptOf('image', { ...quick, ...options });
				return node(
					'workflow.executeAndWait',
					{ ...parameters, workflowId: knownWorkflow(String(parameters.workflowId)) },
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
	};
}
