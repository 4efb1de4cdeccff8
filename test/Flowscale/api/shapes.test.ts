import { readEnvelope, readList, readRun } from '../../../nodes/Flowscale/api/readers';
import { readWorkflows } from '../../../nodes/Flowscale/api/workflows';
import { readEvents } from '../../../nodes/Flowscale/trigger/triggerSettings';

const DATA_URI = 'data:image/png;base64,iVBORw0KGgo=';
const link = 'https://files.example/a.png';
const listed = (filename: string, more: object, mime_type: string | null) => [
	{ filename, generation_status: null, mime_type, ...more },
];

describe('the outputs of a run', () => {
	it.each<[string, unknown, object[]]>([
		['a link alone', [link], listed('a.png', { download_url: link }, 'image/png')],
		[
			'an object by names',
			{ x: { url: link } },
			listed('a.png', { download_url: link }, 'image/png'),
		],
		['links by names', { x: link }, listed('a.png', { download_url: link }, 'image/png')],
		[
			'one without a list',
			{ filename: 'b', url: link },
			listed('b', { download_url: link }, 'image/png'),
		],
		['JSON in a text', JSON.stringify([{ filename: 'b.png' }]), listed('b.png', {}, 'image/png')],
		[
			'a file in its link, without a name',
			[{ url: DATA_URI }],
			listed('output_1', { download_url: DATA_URI }, null),
		],
		[
			'a value without a name',
			[{ data: 'a fox' }],
			listed('output_1', { file_content: 'a fox' }, 'text/plain'),
		],
		[
			'false',
			[{ name: 'n', file_content: false }],
			listed('n', { file_content: false }, 'text/plain'),
		],
		['zero', [{ name: 'n', data: 0 }], listed('n', { file_content: 0 }, 'text/plain')],
		[
			'an empty list',
			[{ name: 'n', file_content: [] }],
			listed('n', { file_content: [] }, 'application/json'),
		],
		['no output: nothing', [null, {}, { url: null }], []],
	])('%s', (_, outputs, expected) =>
		expect(readRun({ status: 'completed', outputs }).outputs).toEqual(expected),
	);
});

it.each([
	['by their IDs', { data: { runs: { a: { run_id: 'a' } } } }, [{ run_id: 'a' }]],
	['none, as PHP writes it', { data: { runs: {} } }, []],
	['without an envelope, under another name', { items: [{ run_id: 'a' }] }, [{ run_id: 'a' }]],
	['no list', { data: { runs: 'soon' } }, undefined],
	['no list: what is said of each', { data: { runs: { a: 1 } } }, undefined],
])('a list of runs %s', (_, body, runs) =>
	expect(readList(readEnvelope(body).data, 'runs')).toEqual(runs),
);

it.each([
	['ComfyUI’s own way', { name: 'n', type: ['INT', { default: 3 }] }, { name: 'n', type: 'int' }],
	[
		'values in the place of a type',
		{ name: 'n', type: ['a', 'b'] },
		{ name: 'n', type: 'string', choices: ['a', 'b'] },
	],
	[
		'labelled values',
		{ key: 'k', options: [{ label: 'A', value: 'a' }] },
		{ name: 'k', type: 'string', choices: ['a'] },
	],
	[
		'camelCase',
		{ parameterName: 'a', valueType: 'NUMBER', displayName: 'D' },
		{ name: 'a', type: 'number', label: 'D' },
	],
	[
		'nothing but a label',
		{ parameter_name: '', path: '6.inputs.text', label: null },
		{ name: '6.inputs.text', type: 'string' },
	],
])('an input is declared in %s', (_, declared, expected) =>
	expect(readWorkflows([{ id: 'w', inputs: [declared] }])[0].declared).toEqual([expected]),
);

it.each([
	[['Completed'], ['completed']],
	['completed', ['completed']],
	['["Completed"]', ['completed']],
	["['failed']", ['failed']],
	['completed; failed', ['completed', 'failed']],
	['completed\nfailed', ['completed', 'failed']],
	[[['completed']], ['completed']],
	['Run Completed', ['completed']],
	['succeeded', ['completed']],
	['timed_out', ['failed']],
])('Events %j of an expression are %j', (given, events) =>
	expect(readEvents(given)).toEqual(events),
);
it.each(['all', 'running', 'unknown', 5])('Events %j are refused', (given) =>
	expect(() => readEvents(given)).toThrow(`Events cannot be "${given}"`),
);
