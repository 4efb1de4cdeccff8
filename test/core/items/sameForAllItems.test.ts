import type { IExecuteFunctions } from 'n8n-workflow';
import { isSameForAll, readParameter } from '../../../nodes/core/items/sameForAllItems';

it.each<[string, unknown, boolean]>([
	['a text', 'a cat', true],
	['a number', 7, true],
	['nothing', null, true],
	['a fixed locator', { __rl: true, mode: 'id', value: 'w1' }, true],
	['a list of fixed values', { file: [{ parameter: 'image', binaryField: 'data' }] }, true],
	['an expression', '={{ $json.prompt }}', false],
	['an expression within a list', { file: [{ parameter: '={{ $json.name }}' }] }, false],
	['an expression in a locator', { __rl: true, mode: 'id', value: '={{ $json.id }}' }, false],
	['the execution’s ID', '=n8n-{{ $execution.id }}', true],
	['the workflow’s name and the execution’s ID', '={{$workflow.name}}/{{ $execution.id }}', true],
	['the execution’s ID and an item’s value', '={{ $execution.id }}-{{ $json.id }}', false],
	['a value that another node set', '={{ $execution.customData.get("a") }}', false],
	['chance', '={{ Math.random() }}', false],
	['a text that begins with the sign alone', '=a cat', true],
])('%s', (_, value, expected) => {
	expect(isSameForAll(value)).toBe(expected);
});

describe('a parameter', () => {
	function aContext(parameters: object) {
		let copies = 0;
		const reads: string[] = [];
		const context = {
			getNode: () => (copies++, { parameters }),
		} as unknown as IExecuteFunctions;
		const read = (name: string, fallback: unknown, value: unknown) =>
			readParameter(context, name, fallback, () => {
				reads.push(name);
				return value;
			});
		return { read, reads, copies: () => copies };
	}

	it('is read once for all items where it is fixed, and the node is copied once', () => {
		const { read, reads, copies } = aContext({ workflowId: 'w1', prompt: '={{ $json.a }}' });
		expect([read('workflowId', '', 'w1'), read('workflowId', '', 'w2')]).toEqual(['w1', 'w1']);
		expect([read('prompt', '', 'a'), read('prompt', '', 'b')]).toEqual(['a', 'b']);
		expect(reads).toEqual(['workflowId', 'prompt', 'prompt']);
		expect(copies()).toBe(1);
	});

	it('that a collection lacks has its fallback, and another fallback is another value', () => {
		const { read, reads } = aContext({ options: { timeout: 5 } });
		expect(read('options.pollInterval', 2, 2)).toBe(2);
		expect(read('options.pollInterval', 2, 3)).toBe(2);
		expect(read('options.pollInterval', 4, 4)).toBe(4);
		expect(reads).toHaveLength(2);
	});

	it('is asked for each time where the node does not hold it, or its collection is an expression', () => {
		const { read, reads } = aContext({ options: '={{ $json.options }}' });
		for (const name of ['inputsJson', 'options.timeout']) {
			expect([read(name, '', 1), read(name, '', 2)]).toEqual([1, 2]);
		}
		expect(reads).toHaveLength(4);
	});
});
