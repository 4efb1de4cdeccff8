import { resources } from '../../nodes/Flowscale/operations/resources';
import { schemaOf } from '../../nodes/core/shape';
import { behaviourNames, loadBehaviour } from '../harness/behaviour';
import { type JsonSchema, misfits } from '../harness/outputSchema';
import { useHarness } from '../harness/useHarness';

const harness = useHarness();
const operations = resources.flatMap(({ value: resource, operations: all }) =>
	all.map((operation) => ({
		name: `${resource}.${operation.value}`,
		output: operation.output,
	})),
);

it('every operation has its behaviour, and every behaviour its operation', () => {
	expect(behaviourNames()).toEqual(operations.map(({ name }) => name).sort());
});

it.each(behaviourNames())('%s', async (name) => {
	const { operation, simulator, given, parameters, meanwhile, check } = await loadBehaviour(name);
	expect(operation).toBe(name);
	const { node, items, flowscale, requests } = await harness(simulator);
	const input = given(flowscale);
	expect(input).toHaveLength(2);
	const execution = items(node(operation, parameters), input);
	meanwhile?.(flowscale);
	const got = await execution;
	await check({ items: got, flowscale, requests });
	// Input order is kept, every item is linked to the item that made it, and each of the two made
	// some.
	const links = got.map(({ pairedItem }) => (pairedItem as { item: number }).item);
	expect(links).toEqual([...links].sort());
	expect([...new Set(links)]).toEqual([0, 1]);
	const output = operations.find((candidate) => candidate.name === name)?.output;
	const schema = output && (schemaOf(output) as JsonSchema);
	expect(
		schema &&
			misfits(
				schema,
				got.map(({ json }) => json),
			),
	).toEqual([]);
});
