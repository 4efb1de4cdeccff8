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
	['nothing', { status: 'failed' }, undefined],
])('the reason in %s', (_, body, text) => expect(readErrorText(body)).toBe(text));

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
