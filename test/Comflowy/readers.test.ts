import { systemClock } from '../../nodes/core/async/clock';
import type { Answer, HttpCall } from '../../nodes/core/http/http';
import { connect } from '../../nodes/core/http/transport';
import { readToken } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/api/accessToken';
import { createApi } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/api/api';
import { eventOf } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/api/callbackEvent';
import { readErrorText } from '../../nodes/core/runs/errorText';
import { matchOutput } from '../../nodes/core/files/freshLink';
import { readOutputs } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/api/outputs';
import {
	readReply,
	readRun,
	readRunId,
} from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/api/readers';

const link = 'https://cdn.example.com/out/a%20b.png?X-Amz-Signature=1';
const another = link.replace('/out/', '/out2/');
const outputOf = (node: string | null, more: object = {}) => ({
	filename: 'a b.png',
	download_url: link,
	generation_status: null,
	mime_type: 'image/png',
	node_id: node,
	...more,
});

// The documented form is protocols 2.2; the others are what a tolerant client should accept (2.7).
test.each<[string, Record<string, unknown>, object[]]>([
	[
		'by node and flat',
		{ output_images: [link], full_outputs: { 9: { images: [link] } } },
		[outputOf('9')],
	],
	['flat only', { output_images: [link], full_outputs: null }, [outputOf(null)]],
	[
		'by node only',
		{ full_outputs: { 9: { images: [link] }, 12: { images: [`${link}2`] } } },
		[outputOf('9'), outputOf('12', { download_url: `${link}2` })],
	],
	[
		'one more in the flat list',
		{ output_images: [link, another], full_outputs: { 9: { images: [link] } } },
		[outputOf('9'), outputOf(null, { download_url: another })],
	],
	[
		'as objects',
		{ full_outputs: { 9: { images: [{ url: link, filename: 'c.png' }] } } },
		[outputOf('9', { filename: 'c.png' })],
	],
	[
		'a link without a file name',
		{ full_outputs: { 9: { images: ['https://cdn.example.com/view?id=3'] } } },
		[
			outputOf('9', {
				filename: 'node_9_1',
				mime_type: null,
				download_url: 'https://cdn.example.com/view?id=3',
			}),
		],
	],
	[
		'other lists than images',
		{ full_outputs: { 9: { videos: ['https://cdn.example.com/a.mp4'] } } },
		[
			outputOf('9', {
				filename: 'a.mp4',
				mime_type: 'video/mp4',
				download_url: 'https://cdn.example.com/a.mp4',
			}),
		],
	],
	['with the link as file name', { output_images: [{ filename: link }] }, [outputOf(null)]],
	['as a single text', { output_images: link, full_outputs: null }, [outputOf(null)]],
	[
		'as a single text by node',
		{ full_outputs: { 9: { images: link, text: 'hello' } } },
		[outputOf('9')],
	],
	[
		'as a single object',
		{ output_images: { url: link, filename: 'c.png' } },
		[outputOf(null, { filename: 'c.png' })],
	],
	[
		'in their links',
		{ output_images: ['data:image/webp;base64,AAAA'] },
		[
			outputOf(null, {
				filename: 'output_1.webp',
				mime_type: 'image/webp',
				download_url: 'data:image/webp;base64,AAAA',
			}),
		],
	],
	[
		'as relative links',
		{ output_images: ['a.png', 'view?filename=b.7z&type=output'] },
		[
			outputOf(null, { filename: 'a.png', download_url: 'a.png' }),
			outputOf(null, {
				filename: 'b.7z',
				mime_type: null,
				download_url: 'view?filename=b.7z&type=output',
			}),
		],
	],
	[
		'as texts and numbers of a node',
		{ full_outputs: { 12: { text: ['a cat. Sitting', 'v1.5'], seed: [7, 0.5] } } },
		['a cat. Sitting', 'v1.5', '7', '0.5'].map((file_content, index) => ({
			filename: `node_12_${(index % 2) + 1}.txt`,
			file_content,
			generation_status: null,
			mime_type: 'text/plain',
			node_id: '12',
		})),
	],
	['none', { output_images: [], full_outputs: {} }, []],
	['nonsense', { output_images: 'x', full_outputs: [1] }, []],
])('reads outputs told %s', (_, data, expected) => expect(readOutputs(data)).toEqual(expected));

const HOST = 'https://cdn.example.com';
const named = (filename: string, address: string, mime_type: string | null, node = '9') =>
	outputOf(node, { filename, mime_type, download_url: `${HOST}${address}` });

// ComfyUI serves its outputs as `/view?filename=…&subfolder=…&type=output` (its public
// `server.py`).
test.each<[string, string, string | null]>([
	['/view?filename=Anim_00001.mp4&type=output', 'Anim_00001.mp4', 'video/mp4'],
	['/view?type=output&subfolder=x&filename=a%20b.webp', 'a b.webp', 'image/webp'],
	['/view?filename=sub%2Fsong.flac', 'song.flac', 'audio/flac'],
	['/view.php?file=a.png&t=1', 'a.png', 'image/png'],
	[
		'/o/9f8e?response-content-disposition=attachment%3B%20filename%3D%22c.gif%22',
		'c.gif',
		'image/gif',
	],
	['/x/scan.v1.5/clip.webm?name=other.png', 'clip.webm', 'video/webm'],
	['/view.php?file=net.pth&t=1', 'net.pth', null],
	['/dl?f=a.webp', 'a.webp', 'image/webp'],
	['/o/9f8e?Response-Content-Disposition=inline%3B%20filename%3Dd.png', 'd.png', 'image/png'],
	["/o/9f8e?rscd=attachment%3B%20filename*%3DUTF-8''b%25C3%25BCro.png", 'büro.png', 'image/png'],
	['/a/weights.pth', 'weights.pth', null],
	['/files/9f8e7d', 'node_9_1', null],
	['/dl?name=hero', 'node_9_1', null],
	['/', 'node_9_1', null],
])('the file of %s is called %s', (address, filename, mimeType) =>
	expect(readOutputs({ full_outputs: { 9: { images: [HOST + address] } } })).toEqual([
		named(filename, address, mimeType),
	]),
);

describe('an image comes once', () => {
	const keysOf = (data: Record<string, unknown>) =>
		readOutputs(data).map(({ download_url: address }) => address?.slice(HOST.length));
	const data = (flat: string[], ...nodes: string[][]) => ({
		output_images: flat.map((address) => HOST + address),
		full_outputs: Object.fromEntries(
			nodes.map((images, n) => [n, { images: images.map((address) => HOST + address) }]),
		),
	});
	test.each<[string, Record<string, unknown>, string[]]>([
		[
			'signed twice',
			data(['/a.png?X-Amz-Date=2&X-Amz-Signature=b'], ['/a.png?X-Amz-Date=1&X-Amz-Signature=a']),
			['/a.png?X-Amz-Date=1&X-Amz-Signature=a'],
		],
		['with any query', data(['/a.png?u=2'], ['/a.png?u=1']), ['/a.png?u=1']],
		['signed on one side only', data(['/a.png'], ['/a.png?sig=1']), ['/a.png?sig=1']],
		[
			'without a path of its own',
			data(['/view?filename=a.png&token=2'], ['/view?filename=a.png&token=1']),
			['/view?filename=a.png&token=1'],
		],
		['twice in the flat list alone', data(['/a.png?sig=1', '/a.png?sig=2']), ['/a.png?sig=1']],
		[
			'twice in one node’s list',
			data([], ['/view?filename=a.png&t=1', '/view?t=2&filename=a.png']),
			['/view?filename=a.png&t=1'],
		],
		['three times', data(['/a.png?e=1', '/a.png?e=2'], ['/a.png?e=3']), ['/a.png?e=3']],
	])('%s', (_, received, expected) => expect(keysOf(received)).toEqual(expected));
	test.each<[string, Record<string, unknown>, string[]]>([
		['in two folders', data(['/x/a.png', '/y/a.png'], ['/x/a.png']), ['/x/a.png', '/y/a.png']],
		[
			'by a query that names them',
			data(['/view?filename=a.png', '/view?filename=b.png'], ['/view?filename=b.png']),
			['/view?filename=b.png', '/view?filename=a.png'],
		],
		[
			'by what is appended, one for one',
			data(['/a.png?seed=1', '/a.png?seed=2'], ['/a.png?seed=2', '/a.png?seed=1']),
			['/a.png?seed=2', '/a.png?seed=1'],
		],
		[
			'by a token that names them',
			data(['/d?token=1', '/d?token=2']),
			['/d?token=1', '/d?token=2'],
		],
		['by node', data([], ['/a.png?sig=1'], ['/a.png?sig=2']), ['/a.png?sig=1', '/a.png?sig=2']],
		[
			'by subfolder',
			data(['/view?filename=a.png&subfolder=x', '/view?filename=a.png&subfolder=y']),
			['/view?filename=a.png&subfolder=x', '/view?filename=a.png&subfolder=y'],
		],
	])('but two that differ %s come both', (_, received, expected) =>
		expect(keysOf(received)).toEqual(expected),
	);
});

describe('a fresh link', () => {
	const list = (...addresses: string[]) =>
		readOutputs({ full_outputs: { 9: { images: addresses.map((address) => HOST + address) } } });
	const fresh = (before: string[], now: string[]) =>
		list(...before).map((output) =>
			matchOutput(output, list(...before), list(...now))?.download_url?.slice(HOST.length),
		);
	test.each<[string, string[], string[], Array<string | undefined>]>([
		[
			'is that of the same folder, not of the same name',
			['/x/out.png?t=1', '/y/out.png?t=2'],
			['/x/out.png?t=3', '/y/out.png?t=4'],
			['/x/out.png?t=3', '/y/out.png?t=4'],
		],
		[
			'is found where the order differs',
			['/x/out.png?t=1', '/y/out.png?t=2'],
			['/y/out.png?t=4', '/x/out.png?t=3'],
			['/x/out.png?t=3', '/y/out.png?t=4'],
		],
		[
			'is that in the same place where the folders are new',
			['/1/out.png', '/2/out.png'],
			['/3/out.png', '/4/out.png'],
			['/3/out.png', '/4/out.png'],
		],
		[
			'is the same where nothing changed',
			['/x/out.png?t=1'],
			['/x/out.png?t=1'],
			['/x/out.png?t=1'],
		],
		[
			'is that of each folder that is left, and none for one that has gone',
			['/x/out.png?t=1', '/y/out.png?t=2', '/z/out.png?t=3'],
			['/z/out.png?t=5', '/x/out.png?t=4'],
			['/x/out.png?t=4', undefined, '/z/out.png?t=5'],
		],
		[
			'is found by folder where one more of the name has come',
			['/x/out.png?t=1', '/y/out.png?t=2'],
			['/w/out.png?t=3', '/x/out.png?t=4', '/y/out.png?t=5'],
			['/x/out.png?t=4', '/y/out.png?t=5'],
		],
		[
			'is none where only the name agrees',
			['/1/out.png', '/2/out.png'],
			['/3/out.png'],
			[undefined, undefined],
		],
	])('%s', (_, before, now, expected) => expect(fresh(before, now)).toEqual(expected));
});

test.each<[string, Record<string, unknown>, string]>([
	['success', {}, 'result'],
	['failed', {}, 'result'],
	['canceled', {}, 'result'],
	['running', { output_images: [link] }, 'progress'],
	['message', { output_images: [link] }, 'progress'],
	['moderated', {}, 'progress'],
	['moderated', { output_images: [link] }, 'result'],
	['partial', { full_outputs: { 9: { images: [link] } } }, 'result'],
])('a callback of type %s with %j is a %s', (type, body, event) =>
	expect(eventOf(type, body)).toBe(event),
);

test.each([
	['waiting', 'queued', false],
	['pending', 'queued', false],
	['running', 'running', false],
	['success', 'succeeded', true],
	['SUCCESS', 'succeeded', true],
	['failed', 'failed', true],
	['error', 'failed', true],
	['canceled', 'cancelled', true],
	['new word', 'unknown', false],
])('the status %s is the state %s', (status, state, finished) =>
	expect(readRun('r', { status })).toMatchObject({
		run_id: 'r',
		status: status.toLowerCase(),
		state,
		finished,
	}),
);

test.each<[Record<string, unknown>, string]>([
	[{ error: 'out of memory' }, 'out of memory'],
	[{ error: { message: 'out of memory' } }, 'out of memory'],
	[{ error: null, message: 'out of memory' }, 'out of memory'],
	[{ error: ['out of memory', 'node 3'] }, 'out of memory; node 3'],
	[{ error: ['out of memory', 'out of memory'] }, 'out of memory'],
	[{ error: [{ message: 'out of memory' }] }, 'out of memory'],
	[{ error: { detail: [{ msg: 'out of memory' }] } }, 'out of memory'],
	[{ error: { code: 'OOM' } }, 'OOM'],
	[{ error: {} }, 'Comflowy gave no reason'],
	[{ error: [] }, 'Comflowy gave no reason'],
	[{ errors: ['out of memory'] }, 'out of memory'],
	[{ error_details: { reason: 'out of memory' } }, 'out of memory'],
	[
		{ exception_message: 'out of memory', node_id: '3', node_type: 'KSampler' },
		'Node 3 (KSampler): out of memory',
	],
	[
		{
			messages: [
				['execution_start', { prompt_id: 'p' }],
				[
					'execution_error',
					{ exception_message: 'out of memory', node_id: '3', node_type: 'KSampler' },
				],
			],
		},
		'Node 3 (KSampler): out of memory',
	],
	[
		{
			error: {
				type: 'prompt_outputs_failed_validation',
				message: 'Prompt outputs failed',
				details: '',
			},
			node_errors: {
				4: {
					class_type: 'CheckpointLoaderSimple',
					errors: [
						{ type: 'value_not_in_list', message: 'Value not in list', details: "ckpt_name: 'a'" },
					],
				},
			},
		},
		"Prompt outputs failed; Node 4 (CheckpointLoaderSimple): Value not in list (ckpt_name: 'a')",
	],
	[{ detail: [{ loc: ['body', 'params'], msg: 'out of memory' }] }, 'params: out of memory'],
	[{ error: '', message: null, error_message: 'out of memory' }, 'out of memory'],
	[{}, 'Comflowy gave no reason'],
])('reads why a run failed in %j', (data, reason) =>
	expect(readRun('r', { status: 'failed', ...data }).error_message).toBe(reason),
);

test.each<[unknown, object]>([
	[
		{ success: true, data: { run_id: 'r' } },
		{ isRefused: false, data: { run_id: 'r' } },
	],
	[{ data: { run_id: 'r' } }, { isRefused: false, data: { run_id: 'r' } }],
	[{ run_id: 'r' }, { isRefused: false, data: { run_id: 'r' } }],
	[
		{ success: true, data: [{ status: 'running' }] },
		{ isRefused: false, data: { status: 'running' } },
	],
	[
		{ success: true, data: [{ status: 'running' }, { status: 'failed' }] },
		{ isRefused: false, data: undefined },
	],
	[
		{ success: true, status: 'running' },
		{ isRefused: false, data: { success: true, status: 'running' } },
	],
	[
		{ success: true, data: null, status: 'ok' },
		{ isRefused: false, data: undefined },
	],
	[
		{ success: false, error: 'no' },
		{ isRefused: true, data: undefined, error: 'no' },
	],
	[{ success: true }, { isRefused: false, data: undefined }],
	['text', { isRefused: false, data: undefined }],
])('reads the reply %j', (body, expected) =>
	expect(readReply(body)).toEqual({ error: undefined, ...expected }),
);

test.each<[Record<string, unknown>, string | undefined]>([
	[{ access_token: 'a.b' }, 'a.b'],
	[{ success: true, data: { access_token: 'a.b' } }, 'a.b'],
	[{ accessToken: 'a.b' }, 'a.b'],
	[{ data: { accessToken: 'a.b' } }, 'a.b'],
	[{ token: 'a.b' }, 'a.b'],
	[{ data: { token: 'Bearer a.b' } }, 'a.b'],
	[{ success: true, data: 'a.b' }, 'a.b'],
	[{ success: false, data: 'a.b' }, undefined],
	[{ data: 'the key is invalid' }, undefined],
	[{ token: null, data: null }, undefined],
	[{ success: true, data: [] }, undefined],
	[{ success: true, data: { access_token: '' } }, undefined],
	[{}, undefined],
])('reads the token of %j', (body, token) => expect(readToken(body)).toBe(token));

test.each<[Record<string, unknown>, string]>([
	[{ state: 'running' }, 'running'],
	[{ status: null, state: 'SUCCESS' }, 'succeeded'],
	[{ status: 200, state: 'failed' }, 'failed'],
	[{ status: 'sampling', type: 'image' }, 'unknown'],
	[{}, 'unknown'],
])('reads the state of %j', (data, state) => expect(readRun('r', data).state).toBe(state));

test.each<[unknown, string | undefined]>([
	[{ success: true, data: { run_id: 'r' } }, 'r'],
	[{ success: true, data: { id: 7 } }, '7'],
	[{ success: true, run_id: 'r' }, 'r'],
	[{ success: true, data: '9b1f6a2e-2f0c' }, '9b1f6a2e-2f0c'],
	[{ success: true, data: ['9b1f6a2e'] }, '9b1f6a2e'],
	[{ success: true, data: [{ runId: 'r' }] }, 'r'],
	[{ success: true, data: 17 }, '17'],
	[{ success: true, data: 'queued' }, undefined],
	[{ success: true, data: 'number 3 in line' }, undefined],
	[{ success: true, data: [{ run_id: 'r' }, { run_id: 's' }] }, undefined],
	[{ success: false, data: 'r1' }, undefined],
	[{ success: true }, undefined],
	['r1', undefined],
])('reads the id of a started run in %j', (body, runId) => expect(readRunId(body)).toBe(runId));

describe('a check', () => {
	const checking = (...answers: Answer[]) => {
		const methods: unknown[] = [];
		const http = {
			exchange: async ({ method }: HttpCall) => (methods.push(method), answers.shift() ?? found),
			open: never,
			openPublic: never,
		};
		const transport = connect({
			http,
			root: 'https://comflowy.example/api/open/v0',
			serviceName: 'Comflowy',
			clock: systemClock,
			secrets: [],
			errorTextOf: readErrorText,
		});
		return { api: createApi(transport), methods };
	};
	const never = () => Promise.reject(new Error('not asked'));
	const found: Answer = {
		status: 200,
		headers: {},
		text: '{"success":true,"data":{"status":"running"}}',
	};
	const wrongMethod: Answer = { status: 405, headers: {}, text: '' };
	test.each([wrongMethod, { ...wrongMethod, status: 404, text: 'Cannot POST /api/open/v0/check' }])(
		'is made with GET from then on where POST is refused with %j',
		async (refusal) => {
			const { api, methods } = checking(refusal);
			expect([(await api.run('r'))?.run.state, (await api.run('r'))?.run.state]).toEqual([
				'running',
				'running',
			]);
			expect(methods).toEqual(['POST', 'GET', 'GET']);
		},
	);
	test('that is refused either way is an error', async () => {
		const { api, methods } = checking(wrongMethod, wrongMethod);
		await expect(api.run('r')).rejects.toThrow('Comflowy answered HTTP 405');
		expect(methods).toEqual(['POST', 'GET']);
	});
	test.each([
		['{"success":false,"data":{"status":"failed","error":"out of memory"}}', 'out of memory'],
		['{"success":false,"error":"out of memory","data":{"status":"failed"}}', 'out of memory'],
		['{"success":false,"run_id":"r","status":"error","message":"out of memory"}', 'out of memory'],
	])(
		'of a run that failed is a run, also where its failure is written as %s',
		async (text, reason) => {
			const { api } = checking({ ...found, text });
			expect(await api.run('r')).toMatchObject({
				run: { state: 'failed', finished: true, error_message: reason },
			});
		},
	);
	test.each([
		'{"success":false,"data":{"status":"running"},"error":"try later"}',
		'{"success":false,"error":"try later"}',
	])('that is refused while the run goes on is an error: %s', async (text) => {
		const { api } = checking({ ...found, text });
		await expect(api.run('r', {}, { tries: 1 })).rejects.toThrow('try later');
	});
	test('of an unknown run asks once', async () => {
		const { api, methods } = checking({
			status: 404,
			headers: {},
			text: '{"error":"run not found"}',
		});
		expect([await api.run('r'), methods]).toEqual([null, ['POST']]);
	});
});
