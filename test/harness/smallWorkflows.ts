import { defaultWorkflows } from '../../simulator/flowscale/workflows';

/**
 * The simulator's workflows, with small files instead of true pictures and films: these tests are
 * about how bytes travel. The same bytes at every call, and no two files alike. Texts and the file
 * of a wished size stay as they are.
 */
export const smallWorkflows = defaultWorkflows.map((workflow) => ({
	...workflow,
	outputs: workflow.outputs.map((output) =>
		output.type === 'text' || workflow.name === 'Big File'
			? output
			: {
					...output,
					make: (run: { id: string }, index: number) =>
						Buffer.from(
							`\0${output.mimeType} number ${index} of run ${run.id}\xff`.repeat(20),
							'latin1',
						),
				},
	),
}));
