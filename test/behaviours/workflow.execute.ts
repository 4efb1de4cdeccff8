import { behaviour } from '../harness/behaviour';
import { startedItem } from '../harness/expectedItems';
import { ownPrompt, startOf, two } from '../harness/useHarness';

/** Starts a run for each item and returns at once. */
export default behaviour({
	operation: 'workflow.execute',
	simulator: { runMs: 60_000 },
	given: () => two,
	parameters: startOf('image', ownPrompt, {}),
	check: ({ items, flowscale, requests }) => {
		const runs = two.map(({ json }) =>
			flowscale.runs.filter(({ inputs }) => inputs.text_51536 === json.prompt),
		);
		expect(items.map(({ json }) => json)).toEqual(runs.map(([run]) => startedItem(run)));
		expect(items.map(({ json }) => json.group_id)).toEqual(['n8n-exec1', 'n8n-exec1']);
		expect(flowscale.runs).toHaveLength(2);
		expect(requests()).toBe(2);
	},
});
