import { readErrorText } from '../../../nodes/core/runs/errorText';
import { readEnvelope, readOne, readRun, readRunId } from '../../../nodes/Flowscale/api/readers';
import { readWorkflows } from '../../../nodes/Flowscale/api/workflows';

// Bodies after the vendor's documents: S0 JS SDK 2.0.0, S1 Python SDK 1.1.3, OA the OpenAPI file,
// PY-BETA Python SDK 1.1.0b1, I inferred.
const of = (text: string) => JSON.parse(text) as unknown;
const runIn = (text: string) => readRun(readOne(readEnvelope(of(text)).data) ?? {});
const NOTHING = {
	run_id: null,
	workflow_id: null,
	group_id: null,
	status: 'unknown',
	state: 'unknown',
	finished: false,
	inputs: {},
	output_names: [],
	outputs: [],
	created_at: null,
	started_at: null,
	completed_at: null,
	duration_seconds: null,
	error_message: null,
	progress: null,
};

describe('the answer to a start', () => {
	const id = '808f34d0-ef97-4b78-a00f-1268077ea6db';
	it.each([
		[
			'object (S0)',
			`{"status":"success","data":{"run_id":"${id}","workflow_id":"550e"}}`,
			{ run_id: id, workflow_id: '550e' },
		],
		[
			'list of one (OA)',
			`{"status":"success","data":[{"run_id":"${id}","workflow_id":"550e"}],"errors":null,"meta":null}`,
			{ run_id: id, workflow_id: '550e' },
		],
		[
			'with output names (S1)',
			`{"status":"success","data":{"number":0,"node_errors":{},"output_names":["p_5WWF7GQUYF"],"run_id":"${id}"}}`,
			{ run_id: id, output_names: ['p_5WWF7GQUYF'] },
		],
		[
			'without envelope (I)',
			`{"run_id":"${id}","workflow_id":"550e"}`,
			{ run_id: id, workflow_id: '550e' },
		],
		[
			'wrapped once more (I)',
			`{"status":"success","data":{"run":{"_id":"${id}"}}}`,
			{ run_id: id },
		],
		['an error with the id of the request', '{"error":"Queue is full","id":"req-1"}', {}],
		['without an id', '{"status":"success","data":{"filename":"x"}}', {}],
		['empty list', '{"status":"success","data":[]}', {}],
		['text', '{"status":"success","data":"ok"}', {}],
		['no data', '{"status":"error","data":null,"errors":"Workflow not found"}', {}],
	])('%s', (_, text, known) => expect(runIn(text)).toEqual({ ...NOTHING, ...known }));
});

describe('a run id', () => {
	it.each([
		['run_id', { run_id: 'a', id: 'x' }, 'a'],
		['runId', { runId: 'a' }, 'a'],
		['_id', { _id: 'a' }, 'a'],
		['id', { id: 7 }, '7'],
		['none', {}, null],
		['empty', { run_id: '', _id: 'b' }, 'b'],
		['an object', { run_id: { $oid: 'a' } }, null],
	])('as %s', (_, record, id) => expect(readRunId(record)).toBe(id));
});

describe('a run', () => {
	it('in full (S1)', () => {
		expect(
			runIn(
				'{"status":"success","data":{"_id":"808f","team_id":"team_123","workflow_id":"bncu0a1kipv","group_id":"test_group","status":"completed","inputs":[{"path":"text_51536","value":"a man riding a bike","s3_key":null,"url":null}],"output_names":["filename_prefix_58358_5WWF7GQUYF"],"outputs":[{"filename":"filename_prefix_58358_5WWF7GQUYF.png","s3_key":"generations/2024/01/15/x.png","url":"https://runs.s3.amazonaws.com/generations/x.png?X-Amz-Expires=3600"}],"created_at":"2024-01-15T10:30:00Z","started_at":"2024-01-15T10:30:15Z","completed_at":"2024-01-15T10:32:45Z"}}',
			),
		).toEqual({
			run_id: '808f',
			workflow_id: 'bncu0a1kipv',
			group_id: 'test_group',
			status: 'completed',
			state: 'succeeded',
			finished: true,
			inputs: { text_51536: 'a man riding a bike' },
			output_names: ['filename_prefix_58358_5WWF7GQUYF'],
			outputs: [
				{
					filename: 'filename_prefix_58358_5WWF7GQUYF.png',
					download_url: 'https://runs.s3.amazonaws.com/generations/x.png?X-Amz-Expires=3600',
					generation_status: null,
					mime_type: 'image/png',
				},
			],
			created_at: '2024-01-15T10:30:00Z',
			started_at: '2024-01-15T10:30:15Z',
			completed_at: '2024-01-15T10:32:45Z',
			duration_seconds: 150,
			error_message: null,
			progress: null,
		});
	});

	it.each([
		[
			'queued',
			'{"data":{"_id":"8","status":"queued","inputs":[],"output_names":[],"outputs":[],"started_at":null}}',
			{ run_id: '8', status: 'queued', state: 'queued' },
		],
		[
			'sparse (S0’s list)',
			'{"data":{"_id":"cc","status":"completed","outputs":[{"filename":"a.png","url":"u"}]}}',
			{
				run_id: 'cc',
				status: 'completed',
				state: 'succeeded',
				finished: true,
				outputs: [
					{ filename: 'a.png', download_url: 'u', generation_status: null, mime_type: 'image/png' },
				],
			},
		],
		[
			'with inputs as object (I)',
			'{"data":{"inputs":{"a":1,"__proto__":{"x":1}}}}',
			{ inputs: { a: 1 } },
		],
		['with its progress (AIOSWEB)', '{"data":{"progress":45.5}}', { progress: 45.5 }],
		['with no progress yet (AIOSWEB)', '{"data":{"progress":null}}', { progress: null }],
		['with inputs as JSON text (I)', '{"data":{"inputs":"{\\"a\\":1}"}}', { inputs: { a: 1 } }],
		['with inputs by key (I)', '{"data":{"inputs":[{"key":"a","value":1}]}}', { inputs: { a: 1 } }],
		[
			'with times in seconds (I)',
			'{"data":{"created_at":1705314600,"started_at":1705314600.25,"completed_at":"1705314602"}}',
			{
				created_at: '2024-01-15T10:30:00.000Z',
				started_at: '2024-01-15T10:30:00.250Z',
				completed_at: '2024-01-15T10:30:02.000Z',
				duration_seconds: 1.75,
			},
		],
		[
			'with times in milliseconds (I)',
			'{"data":{"created_at":"1705314600250","started_at":1705314600250,"completed_at":1705314602250}}',
			{
				created_at: '2024-01-15T10:30:00.250Z',
				started_at: '2024-01-15T10:30:00.250Z',
				completed_at: '2024-01-15T10:30:02.250Z',
				duration_seconds: 2,
			},
		],
		[
			'in the writing of JavaScript (I)',
			'{"data":{"runId":"r","workflowId":"w","groupId":"g","outputNames":["x"],"createdAt":"2024-01-15T10:30:00Z","startedAt":"2024-01-15T10:30:00Z","completedAt":"2024-01-15T10:30:02Z"}}',
			{
				run_id: 'r',
				workflow_id: 'w',
				group_id: 'g',
				output_names: ['x'],
				created_at: '2024-01-15T10:30:00Z',
				started_at: '2024-01-15T10:30:00Z',
				completed_at: '2024-01-15T10:30:02Z',
				duration_seconds: 2,
			},
		],
		[
			'with an output whose type only its link tells',
			'{"data":{"outputs":[{"filename":"a","url":"https://s3/a.webp?sig=x.png"}]}}',
			{
				outputs: [
					{
						filename: 'a',
						download_url: 'https://s3/a.webp?sig=x.png',
						generation_status: null,
						mime_type: 'image/webp',
					},
				],
			},
		],
		[
			'with an uploaded file',
			'{"data":{"inputs":[{"path":"image_1","value":null,"url":"https://u","s3_key":"k"}]}}',
			{ inputs: { image_1: 'https://u' } },
		],
		[
			'with outputs as names (I)',
			'{"data":{"outputs":["a.png"]}}',
			{ outputs: [{ filename: 'a.png', generation_status: null, mime_type: 'image/png' }] },
		],
		[
			'with a text output',
			'{"data":{"outputs":[{"filename":"a","file_content":""}]}}',
			{
				outputs: [
					{ filename: 'a', file_content: '', generation_status: null, mime_type: 'text/plain' },
				],
			},
		],
		[
			'failed, with a reason (I)',
			'{"data":{"status":"FAILED","error":{"message":"CUDA"}}}',
			{ status: 'failed', state: 'failed', finished: true, error_message: 'CUDA' },
		],
		[
			'failed, with reasons (I)',
			'{"data":{"status":"failed","errors":["CUDA","no memory"]}}',
			{ status: 'failed', state: 'failed', finished: true, error_message: 'CUDA; no memory' },
		],
		[
			'failed, with a reason by another name (I)',
			'{"data":{"status":"failed","failure_reason":"CUDA"}}',
			{ status: 'failed', state: 'failed', finished: true, error_message: 'CUDA' },
		],
		[
			'failed, without a reason',
			'{"data":{"status":"error"}}',
			{
				status: 'error',
				state: 'failed',
				finished: true,
				error_message: 'Flowscale gave no reason',
			},
		],
		[
			'going on, with an old error',
			'{"data":{"status":"running","error":"x"}}',
			{ status: 'running', state: 'running' },
		],
		[
			'with a word that nobody knows',
			'{"data":{"status":"Cold Starting"}}',
			{ status: 'cold starting' },
		],
		[
			'with everything of the wrong type',
			'{"data":{"status":5,"inputs":"x","outputs":{"a":1},"output_names":"abc","created_at":{},"run_id":[]}}',
			{ status: '5' },
		],
		['empty', '{"data":{}}', {}],
	])('%s', (_, text, known) => expect(runIn(text)).toEqual({ ...NOTHING, ...known }));

	it('keeps what was known before', () => {
		const known = {
			run_id: 'r',
			workflow_id: 'w',
			group_id: 'g',
			output_names: ['x'],
			created_at: '2024-01-15T10:30:00Z',
		};
		expect(readRun({ status: 'completed' }, known)).toEqual({
			...NOTHING,
			...known,
			status: 'completed',
			state: 'succeeded',
			finished: true,
		});
	});
});

describe('the text of an error', () => {
	it.each([
		[
			'errors as text',
			'{"status":"error","data":null,"errors":"Workflow not found"}',
			'Workflow not found',
		],
		[
			'errors as list',
			'{"status":"error","errors":["Invalid API key","Try again"]}',
			'Invalid API key; Try again',
		],
		[
			'FastAPI’s fields',
			'{"detail":[{"loc":["query","workflow_id"],"msg":"Field required","type":"missing"},{"loc":["body","image",0],"msg":"Invalid value"}]}',
			'workflow_id: Field required; image.0: Invalid value',
		],
		['FastAPI’s text', '{"detail":"Not authenticated"}', 'Not authenticated'],
		['code and message', '{"error":{"code":"E1","message":"Too large","details":{}}}', 'Too large'],
		['one object', '{"errors":{"message":"Too large"}}', 'Too large'],
		['error as text', '{"error":"nope"}', 'nope'],
		['message', '{"message":"nope"}', 'nope'],
		['an empty list before a text', '{"errors":[],"detail":"x"}', 'x'],
		['none', '{"status":"error"}', undefined],
		['a list', '["x"]', undefined],
		['text', '"x"', undefined],
		['null', 'null', undefined],
	])('%s', (_, text, words) => expect(readErrorText(of(text))).toBe(words));
});

describe('deployed workflows', () => {
	const listed = (text: string) =>
		readWorkflows(readEnvelope(of(text)).data).map(({ workflow }) => workflow);
	it.each([
		[
			'JS SDK (S0)',
			'{"data":[{"id":"550e","name":"Text to Image","description":"Generate","inputs":"{ \\"text_51536\\": \\"string\\" }","outputs":"{ \\"image_output\\": \\"image\\" }"}]}',
			[
				{
					workflow_id: '550e',
					name: 'Text to Image',
					description: 'Generate',
					inputs: [{ name: 'text_51536', type: 'string' }],
					outputs: [{ name: 'image_output', type: 'image' }],
				},
			],
		],
		[
			'Python SDK (PY-BETA)',
			'{"data":{"workflows":[{"workflow_id":"bncu","name":"Upscale","description":null,"inputs":{"image_22068":"image"},"outputs":["filename_prefix_58358"]}]}}',
			[
				{
					workflow_id: 'bncu',
					name: 'Upscale',
					description: null,
					inputs: [{ name: 'image_22068', type: 'image' }],
					outputs: [{ name: 'filename_prefix_58358', type: 'string' }],
				},
			],
		],
		[
			'lists of objects (I)',
			'{"data":[{"_id":"a","inputs":[{"name":"x","type":"INT"},{"path":"y"}],"outputs":null}]}',
			[
				{
					workflow_id: 'a',
					name: 'a',
					description: null,
					inputs: [
						{ name: 'x', type: 'int' },
						{ name: 'y', type: 'string' },
					],
					outputs: [],
				},
			],
		],
		[
			'types as objects (I)',
			'{"data":[{"id":"a","inputs":{"x":{"type":"Image"}}}]}',
			[
				{
					workflow_id: 'a',
					name: 'a',
					description: null,
					inputs: [{ name: 'x', type: 'image' }],
					outputs: [],
				},
			],
		],
		[
			'inputs that are no JSON',
			'{"data":[{"id":"a","inputs":"text"}]}',
			[{ workflow_id: 'a', name: 'a', description: null, inputs: [], outputs: [] }],
		],
		[
			'without envelope (I)',
			'[{"workflowId":"a"}]',
			[{ workflow_id: 'a', name: 'a', description: null, inputs: [], outputs: [] }],
		],
		[
			'under another name (I)',
			'{"data":{"items":[{"id":"a"}],"total":1}}',
			[{ workflow_id: 'a', name: 'a', description: null, inputs: [], outputs: [] }],
		],
		['entries that are none', '{"data":[null,5,"x",{},{"name":"no id"}]}', []],
		['nothing', '{"data":null}', []],
	])('%s', (_, text, workflows) => expect(listed(text)).toEqual(workflows));
});
