import { isNothing } from '../../../nodes/core/json';
import { nodeErrorsText, readErrorText, reasonText } from '../../../nodes/core/runs/errorText';
import { failureAdvice } from '../../../nodes/core/runs/failureAdvice';

// Shapes after ComfyUI's public server.py and execution.py, FastAPI's documents, and the vendor's
// own types (protocols 1.20).
const nodeErrors = {
	'4': {
		class_type: 'CheckpointLoaderSimple',
		errors: [{ type: 'value_not_in_list', message: 'Value not in list', details: 'ckpt_name: x' }],
	},
};

it.each<[string, unknown, string | undefined]>([
	[
		'a refused prompt',
		{ error: { type: 'x', message: 'Prompt outputs failed validation' }, node_errors: nodeErrors },
		'Prompt outputs failed validation; Node 4 (CheckpointLoaderSimple): Value not in list (ckpt_name: x)',
	],
	[
		'node errors alone',
		{ run_id: 'r', node_errors: nodeErrors },
		'Node 4 (CheckpointLoaderSimple): Value not in list (ckpt_name: x)',
	],
	[
		'an exception',
		{
			exception_message: 'CUDA out of memory',
			exception_type: 'E',
			node_id: '3',
			node_type: 'KSampler',
		},
		'Node 3 (KSampler): CUDA out of memory',
	],
	[
		'messages of a history',
		{
			messages: [
				['execution_start', { timestamp: 1 }],
				['execution_error', { node_id: 3, exception_message: 'Boom' }],
			],
		},
		'Node 3: Boom',
	],
	[
		'details of an error',
		{ error: 'Run failed', error_details: { message: 'No disk' } },
		'Run failed; No disk',
	],
	['two errors in a list', { errors: [{ message: 'a' }, { message: 'b' }] }, 'a; b'],
	['JSON in a text', { error: '{"exception_message":"Boom","node_id":"7"}' }, 'Node 7: Boom'],
	[
		'FastAPI’s fields',
		{ detail: [{ loc: ['body', 'image', 0], msg: 'Invalid' }] },
		'image.0: Invalid',
	],
	[
		'node errors as a list',
		{ node_errors: [{ node_id: '3', class_type: 'K', errors: [{ message: 'bad' }] }] },
		'Node 3 (K): bad',
	],
	[
		'node errors as JSON in a text',
		{ node_errors: JSON.stringify(nodeErrors) },
		'Node 4 (CheckpointLoaderSimple): Value not in list (ckpt_name: x)',
	],
	[
		'a text for each node',
		{ node_errors: { '3': 'bad', '5': ['worse'] } },
		'Node 3: bad; Node 5: worse',
	],
	[
		'an object for a node',
		{ node_errors: { '3': { class_type: 'K', message: 'bad' } } },
		'Node 3 (K): bad',
	],
	['errors by their node', { error: { '3': 'bad' } }, 'Node 3: bad'],
	[
		'errors by their field',
		{ errors: { text_1: ['is required'], seed_2: 'is no number' } },
		'text_1: is required; seed_2: is no number',
	],
	[
		'the status of a history',
		{
			status: {
				status_str: 'error',
				messages: [['execution_error', { node_id: '3', exception_message: 'Boom' }]],
			},
		},
		'Node 3: Boom',
	],
	['keys in other cases', { ErrorMessage: 'Boom' }, 'Boom'],
	['OAuth', { error: 'invalid_client', error_description: 'Key expired' }, 'Key expired'],
	['a number beside a message', { error: 500, message: 'Boom' }, 'Boom'],
	['a result', { result: { error: 'Boom' } }, 'Boom'],
	[
		'words for nothing',
		{ error: 'None', errors: 'null', message: 'true', detail: '{}' },
		undefined,
	],
	['data that holds no reason', { data: [{ status: 'running' }], result: { url: 'x' } }, undefined],
	['nothing', { status: 'failed' }, undefined],
])('the reason in %s', (_, body, text) => expect(readErrorText(body)).toBe(text));

it.each([
	[null, true],
	['', true],
	[' "None" ', true],
	['\u200b', true],
	[[], true],
	[{ error: [null, { a: 'undefined' }] }, true],
	[0, true],
	['none of them', false],
	[7, false],
	[{ error: { code: 'E' } }, false],
])('%j says nothing: %s', (value, is) => expect(isNothing(value)).toBe(is));

it('is read from what stands under a key, and from node errors alone', () => {
	expect([reasonText(['a', { message: 'b' }]), reasonText(null), nodeErrorsText({})]).toEqual([
		'a; b',
		undefined,
		undefined,
	]);
});

it.each([
	['CUDA out of memory. Tried to allocate 2 GiB', /image size/],
	['Node 4 (X): Value not in list (ckpt_name: a)', /model or value/],
	['cannot identify image file', /file of this item/],
	['Something odd', /^Open the run at/],
	[null, /Open the run at Flowscale/],
])('the advice for %p', (reason, advice) =>
	expect(failureAdvice(reason, 'Flowscale')).toMatch(advice),
);
