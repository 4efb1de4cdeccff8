import { behaviour } from '../harness/behaviour';
import { two } from '../harness/useHarness';

/** Lists the workflows for each item. */
export default behaviour({
	operation: 'workflow.getMany',
	given: () => two,
	parameters: { returnAll: true },
	check: ({ items, flowscale }) => {
		const all = flowscale.workflows.map(({ id, name, description, inputs, outputs }) => ({
			workflow_id: id,
			name,
			description,
			inputs: inputs.map((input) => ({ name: input.name, type: input.listedType ?? input.type })),
			outputs: outputs.map((output) => ({ name: output.name, type: output.type })),
		}));
		expect(items.map(({ json }) => json)).toEqual([...all, ...all]);
	},
});
