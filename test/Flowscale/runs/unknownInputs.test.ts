import {
	inputsIn,
	rememberedInputs,
	rememberInputs,
} from '../../../nodes/Flowscale/api/knownInputs';
import { readWorkflows } from '../../../nodes/Flowscale/api/workflows';
import { unknownNames } from '../../../nodes/Flowscale/runs/unknownInputs';

const listOf = (inputs: unknown) => readWorkflows([{ id: 'w', name: 'W', inputs }]);

const declarations: Array<[string, unknown, string[], string[]]> = [
	['an object of name to type', { a: 'string', b: 'int' }, ['a', 'b'], ['A', 'c']],
	['the same as JSON text', '{"a":"string"}', ['a'], ['b']],
	['a list of names', ['a', 'b'], ['a', 'b'], ['c']],
	['a list of objects', [{ name: 'a', type: 'image' }], ['a'], ['image']],
	[
		'the dashboard’s objects: the parameter’s name, and the path that others may take for it',
		[{ path: '6.inputs.text', parameter_name: 'text_1', label: 'Prompt' }],
		['text_1', '6.inputs.text'],
		['Prompt'],
	],
	['an object of name to object', { a: { path: '3.inputs.seed' } }, ['a', '3.inputs.seed'], ['b']],
];

test.each(declarations)('knows the inputs declared as %s', (_, inputs, known, unknown) => {
	const found = inputsIn(listOf(inputs), 'w');
	if (!found) throw new Error('The inputs are not known');
	expect(unknownNames(found, [...known, ...unknown])).toEqual(unknown);
});

test.each([
	['no input is declared', listOf({})],
	['inputs are not reported', listOf(undefined)],
	['there is no such workflow', readWorkflows([{ id: 'other', inputs: { a: 'string' } }])],
	['there is no list', undefined],
])('knows nothing where %s', (_, listed) => {
	expect(inputsIn(listed, 'w')).toBeUndefined();
});

describe('what a process remembers of the lists it read', () => {
	it('is the newest list of each deployment', () => {
		rememberInputs('https://a', listOf({ a: 'string' }));
		rememberInputs('https://b', listOf({ b: 'string' }));
		rememberInputs('https://a', listOf({ c: 'string' }));
		expect(rememberedInputs('https://a', 'w')?.names).toEqual(['c']);
		expect(rememberedInputs('https://b', 'w')?.names).toEqual(['b']);
		expect(rememberedInputs('https://b', 'x')).toBeUndefined();
		rememberInputs('https://a', []);
		expect(rememberedInputs('https://a', 'w')).toBeUndefined();
	});
	it('is bounded: fifty deployments, five hundred workflows each, none with hundreds of inputs', () => {
		const workflows = [...Array(600).keys()].map((id) => ({ id: `w${id}`, inputs: { a: 'int' } }));
		rememberInputs('https://large', readWorkflows(workflows));
		expect(rememberedInputs('https://large', 'w499')).toBeDefined();
		expect(rememberedInputs('https://large', 'w500')).toBeUndefined();
		const many = Object.fromEntries([...Array(201).keys()].map((n) => [`i${n}`, 'int']));
		rememberInputs('https://wide', listOf(many));
		expect(rememberedInputs('https://wide', 'w')).toBeUndefined();
		for (let n = 0; n < 50; n++) rememberInputs(`https://${n}`, listOf({ a: 'int' }));
		expect(rememberedInputs('https://large', 'w1')).toBeUndefined();
		expect(rememberedInputs('https://0', 'w')).toBeDefined();
	});
});
