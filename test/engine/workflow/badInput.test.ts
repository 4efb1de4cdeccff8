import type { INodeParameters } from 'n8n-workflow';
import { outputOf } from '../../harness/runWorkflow';
import { byId, ownPrompt, quick, startOf, useHarness, workflow } from '../../harness/useHarness';

const harness = useHarness();

/** A value that is right for the first item and wrong for the second. */
const bad = (value: string, right: string) => `={{ $json.n === 1 ? ${value} : ${right} }}`;
const start = (extra: INodeParameters) => ({
	...startOf('image', ownPrompt, { ...quick, download: false }),
	...extra,
});
const withOption = (name: string, value: string, right: string) =>
	start({ options: { ...quick, download: false, [name]: bad(value, right) } });
const field = (id: string, type: string) => ({
	id,
	displayName: `${id} (${type})`,
	type: 'string',
	required: false,
	display: true,
	defaultMatch: false,
	canBeUsedToMatch: false,
});
const form = (image: string) => ({
	inputMode: 'fields',
	workflowId: workflow.retouch,
	inputs: {
		mappingMode: 'defineBelow',
		value: { image_22068: image, prompt_68667: 'x' },
		schema: [field('image_22068', 'image'), field('prompt_68667', 'string')],
	},
});
const notObject = {
	message: 'Inputs (JSON) is not a JSON object',
	description: 'Write parameter names and values, for example { "text_51536": "a red fox" }.',
};
const noBinary = {
	message: 'The item has no binary field "photo"',
	description: 'It has none at all. Check the node before this one.',
};
const emptyId = (label: string) => ({
	message: `${label} is empty`,
	description: `Fill in ${label}; if it is an expression, check what it gives for this item.`,
});
const control = { message: 'Run contains control characters' };

const mistakes: Array<[string, `${string}.${string}`, INodeParameters, object]> = [
	[
		'an empty workflow ID',
		'workflow.executeAndWait',
		start({ workflowId: byId(bad('""', `"${workflow.image.value}"`)) }),
		emptyId('Workflow'),
	],
	[
		'a workflow ID that an expression does not find',
		'workflow.execute',
		start({ workflowId: byId(bad('$json.nothing', `"${workflow.image.value}"`)) }),
		emptyId('Workflow'),
	],
	['an empty run ID', 'run.wait', { runId: bad('""', '"a"') }, emptyId('Run')],
	['a run ID of blanks', 'run.get', { runId: bad('"  "', '"a"') }, emptyId('Run')],
	[
		'a run ID of dots',
		'run.cancel',
		{ runId: bad('".."', '"a"') },
		{ message: 'Run is not an ID: ..' },
	],
	['a run ID with a line break', 'run.getOutputs', { runId: bad('"a\\nb"', '"a"') }, control],
	['an empty file name', 'output.get', { filename: bad('""', '"a"') }, emptyId('File Name')],
	[
		'JSON that is a list',
		'workflow.executeAndWait',
		start({ inputsJson: bad('"[1, 2]"', '"{}"') }),
		notObject,
	],
	[
		'JSON that is a text',
		'workflow.executeAndWait',
		start({ inputsJson: bad('\'"fox"\'', '"{}"') }),
		notObject,
	],
	[
		'JSON that is none',
		'workflow.execute',
		start({ inputsJson: bad('"{ text: "', '"{}"') }),
		{
			message: notObject.message,
			description:
				'It breaks at line 1, character 3: "text" stands here, where a name in double quotes is expected. Put values in with {{ JSON.stringify($json.text) }}, or choose Using Fields Below.',
		},
	],
	[
		'an unknown binary field',
		'workflow.executeAndWait',
		start({ files: { file: [{ parameter: 'image_1', binaryField: 'photo' }] } }),
		noBinary,
	],
	['an unknown binary field in the form', 'workflow.executeAndWait', form('photo'), noBinary],
	[
		'a file row without a binary field',
		'workflow.execute',
		start({ files: { file: [{ parameter: 'image_1', binaryField: '' }] } }),
		{ message: expect.stringContaining('binary field') },
	],
	[
		'a file row without a parameter',
		'workflow.execute',
		start({ files: { file: [{ parameter: '', binaryField: 'photo' }] } }),
		{ message: expect.stringContaining('arameter') },
	],
	[
		'a negative timeout',
		'workflow.executeAndWait',
		withOption('timeout', '-1', '5'),
		{ message: 'Timeout must be a number of at least 0' },
	],
	[
		'a timeout that is no number',
		'run.wait',
		{ runId: 'a', options: { timeout: bad('"soon"', '5') } },
		{ message: 'Timeout must be a number of at least 0' },
	],
	[
		'a negative size limit',
		'workflow.executeAndWait',
		withOption('maxFileSize', '-1', '5'),
		{ message: 'Max File Size must be a number of at least 0' },
	],
	[
		'an empty name for the binary field',
		'run.getOutputs',
		{ runId: 'a', options: { binaryField: bad('""', '"data"') } },
		{ message: 'Put Output File in Field is empty' },
	],
	[
		'a name for the binary field that an expression does not find',
		'run.getOutputs',
		{ runId: 'a', options: { binaryField: bad('$json.nothing', '"data"') } },
		{ message: 'Put Output File in Field is empty' },
	],
	[
		'a word that is none of the choices',
		'workflow.executeAndWait',
		withOption('cancelRemote', '"Never"', '"never"'),
		{
			message: 'Cancel Remote Run cannot be "Never"',
			description: 'It is one of these: onStop, never, onStopOrTimeout.',
		},
	],
	[
		'a status that is none',
		'run.getMany',
		{ filters: { status: bad('["completed"]', '["failed"]') } },
		{ message: 'State cannot be "completed"' },
	],
	[
		'a limit of 0',
		'run.getMany',
		{ limit: bad('0', '1') },
		{ message: 'Limit must be a number of at least 1' },
	],
];
const forAllItems = [
	'an unknown binary field',
	'an unknown binary field in the form',
	'a file row without a binary field',
	'a file row without a parameter',
];

test.each(mistakes)(
	'%s is refused before any request, with the item’s index (%s)',
	async (label, operation, parameters, expected) => {
		const { node, error, flowscale } = await harness();
		const failure = await error(node(operation, parameters));
		expect(failure).toMatchObject({
			name: 'NodeOperationError',
			...expected,
			context: { itemIndex: forAllItems.includes(label) ? 0 : 1 },
		});
		expect(flowscale.journal).toEqual([]);
	},
);

test.each([
	['is missing', '', 'The credential has no Base URL'],
	[
		'is a sentence',
		'the address of my deployment',
		'The Base URL of the credential is not a web address',
	],
	[
		'has another scheme',
		'ftp://smart-amber.pod.flowscale.ai',
		'The Base URL of the credential is not a web address',
	],
	[
		'has a password in it',
		'https://user:secret@smart-amber.pod.flowscale.ai',
		'The Base URL of the credential contains a user name or password',
	],
	[
		'has a query',
		'https://smart-amber.pod.flowscale.ai/?key=1',
		'The Base URL of the credential has a query or fragment',
	],
])('a Base URL that %s is refused before any request', async (_, baseUrl, message) => {
	const { node, error, flowscale } = await harness({ credential: () => ({ baseUrl }) });
	expect(await error(node('cluster.getHealth'))).toMatchObject({
		name: 'NodeOperationError',
		message,
	});
	expect(flowscale.journal).toEqual([]);
});

test.each([
	['pollInterval', 0, 'Poll Interval must be a number of at least 0.1'],
	['maxConcurrent', 0, 'Max Concurrent Runs must be a number of at least 1'],
])('%s of %d is refused before any request', async (name, value, message) => {
	const { node, error, flowscale } = await harness();
	expect(
		await error(node('workflow.executeAndWait', start({ options: { [name]: value } }))),
	).toMatchObject({ message, context: { itemIndex: 0 } });
	expect(flowscale.journal).toEqual([]);
});

test.each([
	[
		'in Inputs and in Files',
		{
			inputsJson: '{ "image_1": "a" }',
			files: { file: [{ parameter: 'image_1', binaryField: 'photo' }] },
		},
	],
	[
		'in two rows of Files',
		{
			files: {
				file: [
					{ parameter: 'image_1', binaryField: 'photo' },
					{ parameter: 'image_1', binaryField: 'photo' },
				],
			},
		},
	],
])('two values for one parameter %s are refused before any request', async (_, extra) => {
	const { node, error, files, flowscale } = await harness();
	const photo = { bytes: Buffer.from('fox'), mimeType: 'image/png' };
	expect(
		await error([files([{ photo }, { photo }]), node('workflow.executeAndWait', start(extra))]),
	).toMatchObject({
		message: 'Parameter "image_1" has two values',
		description: 'Set it once, either in Inputs or in Files.',
		context: { itemIndex: 0 },
	});
	expect(flowscale.journal).toEqual([]);
});

const GIVES_NOTHING =
	'Check the names in {{ $json.promt }}. If it may be empty, write {{ $json.promt ?? "" }}.';

describe('JSON with an expression that gives nothing for the second item', () => {
	const rows = [{ promt: 'a red fox', seed: 1 }, { seed: 2 }, { promt: null, seed: 3 }];
	const items = rows.map((json) => ({ json }));
	const inText = (expression: string) =>
		`={ "text_51536": "${expression}", "seed_51537": {{ $json.seed }} }`;

	it.each([
		[
			'in a text of it',
			inText('{{ $json.promt }}'),
			"Invalid input for 'text_51536': its expression gives nothing for this item",
			GIVES_NOTHING,
		],
		[
			'between blanks',
			inText(' {{$json.promt}}\n '.replace('\n', '')),
			"Invalid input for 'text_51536': its expression gives nothing for this item",
			'Check the names in {{$json.promt}}. If it may be empty, write {{ $json.promt ?? "" }}.',
		],
		[
			'as the whole of it',
			'={{ $json.promt }}',
			'Inputs (JSON) is not a JSON object',
			expect.stringContaining('Write parameter names and values') as string,
		],
		[
			'as all values of an object',
			'={{ { "text_51536": $json.promt, "seed_51537": $json.sed } }}',
			'Inputs (JSON) is not a JSON object',
			expect.stringContaining('The expression gives nothing for this item') as string,
		],
	])('%s is refused before any request, by name', async (_, inputsJson, message, description) => {
		const { node, error, flowscale } = await harness();
		const two =
			inputsJson === '={{ $json.promt }}'
				? [{ json: { promt: { text_51536: 'x' } } }, items[1]]
				: items;
		expect(await error(node('workflow.executeAndWait', start({ inputsJson })), two)).toMatchObject({
			name: 'NodeOperationError',
			message,
			description,
			context: { itemIndex: 1 },
		});
		expect(flowscale.journal).toEqual([]);
	});

	it.each([
		['that is written so', inText('')],
		['that the expression gives', inText('{{ $json.promt ?? "" }}')],
		['of the item', inText('{{ $json.seed > 1 ? "" : $json.promt }}')],
	])('an empty text %s is sent', async (_, inputsJson) => {
		const { node, items: outOf, flowscale } = await harness();
		await outOf(node('workflow.execute', start({ inputsJson })), items);
		const sent = flowscale.runs.map(({ inputs }) => inputs);
		expect(sent).toEqual(
			expect.arrayContaining(['2', '3'].map((seed) => ({ text_51536: '', seed_51537: seed }))),
		);
	});
});

test('with continue on fail the bad items fail and the others run', async () => {
	const { node, run, flowscale } = await harness();
	const three = ['"red fox"', '[]', '"owl"'].map((prompt, n) => ({ json: { n, prompt } }));
	const inputsJson = '={{ $json.n === 1 ? "[]" : JSON.stringify({ text_51536: $json.prompt }) }}';
	const done = outputOf(
		await run(
			node('workflow.executeAndWait', start({ inputsJson }), { onError: 'continueRegularOutput' }),
			three,
		),
		'Flowscale',
	);
	expect(done.map(({ json, pairedItem }) => [json.error ?? json.state, pairedItem])).toEqual([
		['succeeded', { item: 0 }],
		[`${notObject.message}. ${notObject.description}`, { item: 1 }],
		['succeeded', { item: 2 }],
	]);
	expect(flowscale.runs.map(({ inputs }) => inputs.text_51536).sort()).toEqual([
		'"owl"',
		'"red fox"',
	]);
});

const seedForm = (seed: unknown, more: INodeParameters = {}): INodeParameters =>
	({
		workflowId: workflow.image,
		inputMode: 'fields',
		inputs: {
			mappingMode: 'defineBelow',
			value: { text_51536: '={{ $json.prompt }}', seed_51537: seed },
			// As earlier versions saved it: n8n's own conversion makes 0 of an empty cell, and rounds.
			schema: [field('text_51536', 'string'), { ...field('seed_51537', 'int'), type: 'number' }],
			...more,
		},
	}) as INodeParameters;

test.each([
	['typed', '18446744073709551615', '18446744073709551615'],
	['of an expression that gives a text', '={{ "18446744073709551615" }}', '18446744073709551615'],
	['of an expression that spells it out', '={{ 18446744073709551615 }}', '18446744073709551615'],
	['of a small expression', '={{ $json.n + 7 }}', '7'],
])('the digits of a seed survive the form: %s', async (_, seed, sent) => {
	const { node, items, flowscale } = await harness();
	await items(node('workflow.execute', seedForm(seed)), [{ json: { prompt: 'x', n: 0 } }]);
	expect(flowscale.runs.map(({ inputs }) => inputs.seed_51537)).toEqual([sent]);
});

test.each(['number', 'boolean', 'object', 'array', 'dateTime', 'string'])(
	'an empty cell in a form field of n8n’s type %s is not sent',
	async (type) => {
		const { node, items, flowscale } = await harness();
		const schema = [field('text_51536', 'string'), { ...field('seed_51537', type), type }];
		await items(node('workflow.execute', seedForm('={{ $json.cell }}', { schema })), [
			{ json: { prompt: 'x', cell: '' } },
			{ json: { prompt: 'y', cell: null } },
			{ json: { prompt: 'z' } },
		]);
		const inputs = flowscale.runs.map((run) => run.inputs);
		expect(inputs).toHaveLength(3);
		expect(inputs).toEqual(
			expect.arrayContaining(['x', 'y', 'z'].map((text) => ({ text_51536: text }))),
		);
	},
);

test('a value that does not fit is refused with what was expected and what came, on the error branch too', async () => {
	const { node, run, flowscale } = await harness();
	const done = outputOf(
		await run(
			node('workflow.execute', seedForm('={{ "twelve" }}'), { onError: 'continueRegularOutput' }),
		),
		'Flowscale',
	);
	expect(done.map(({ json }) => json.error)).toEqual([
		expect.stringContaining("Invalid input for 'seed_51537': expects a number but got 'twelve'"),
		expect.stringContaining("Invalid input for 'seed_51537': expects a number but got 'twelve'"),
	]);
	expect(flowscale.journal).toEqual([]);
});

test.each([
	['no input is known', [], 'the inputs of this workflow are not known'],
	[
		'none matches',
		[field('text_51536', 'string')],
		'No field of the item has the name of an input',
	],
])('Map Automatically is refused before a start where %s', async (_, schema, message) => {
	const { node, error, flowscale } = await harness();
	const inputs = { mappingMode: 'autoMapInputData', value: null, schema };
	const failure = await error(
		node('workflow.execute', {
			workflowId: workflow.image,
			inputMode: 'fields',
			inputs,
		} as INodeParameters),
	);
	expect(failure).toMatchObject({
		message: expect.stringContaining(message),
		context: { itemIndex: 0 },
	});
	expect(flowscale.journal).toEqual([]);
});

test.each<[`${string}.${string}`, INodeParameters]>([
	['run.get', { runId: { __rl: true, mode: 'id', value: '{{ $json.run_id }}' } }],
	['run.get', { runId: '{{ $json.run_id }}' }],
	['output.get', { filename: '{{ $json.outputs[0].filename }}' }],
	['workflow.execute', start({ groupId: 'n8n-{{ $execution.id }}' })],
	['workflow.execute', seedForm(null, { value: { text_51536: '{{ $json.prompt }}' } })],
])(
	'%s: an expression that was left as plain text is said to be one',
	async (operation, parameters) => {
		const { node, error, flowscale } = await harness();
		const failure = await error(node(operation, parameters));
		expect(`${failure.message} ${failure.description}`).toMatch(/expression as plain text/);
		expect(flowscale.journal).toEqual([]);
	},
);

test('a run is read from the incoming item, and from a locator of either mode', async () => {
	const { node, items, flowscale } = await harness();
	const [run] = flowscale.addRuns(1, { workflow: flowscale.workflows[0] });
	for (const runId of [
		undefined,
		run.id,
		...['id', 'list'].map((mode) => ({ __rl: true, mode, value: run.id })),
	])
		expect(
			await items(node('run.get', runId === undefined ? {} : { runId }), [
				{ json: { run_id: run.id } },
			]),
		).toMatchObject([{ json: { run_id: run.id } }]);
});
