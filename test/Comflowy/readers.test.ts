import { systemClock } from '../../nodes/core/async/clock';
import type { Answer, HttpCall } from '../../nodes/core/http/http';
import { connect } from '../../nodes/core/http/transport';
import { readToken } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/api/accessToken';
import { createApi } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/api/api';
import {
	readErrorText,
	readOutputs,
	readReply,
	readRun,
	readRunId,
} from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/api/readers';

const link = 'https://cdn.example.com/out/a%20b.png?X-Amz-Signature=1';
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
		{ output_images: [link, `${link}2`], full_outputs: { 9: { images: [link] } } },
		[outputOf('9'), outputOf(null, { download_url: `${link}2` })],
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
				filename: 'node_9_1.png',
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
		['a.png', 'view?filename=b.7z&type=output'].map((address, index) =>
			outputOf(null, { filename: index === 0 ? address : 'output_2.png', download_url: address }),
		),
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
	[{}, 'The service gave no reason'],
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
	])('of a run that failed is a run, also where it is told as %s', async (text, reason) => {
		const { api } = checking({ ...found, text });
		expect(await api.run('r')).toMatchObject({
			run: { state: 'failed', finished: true, error_message: reason },
		});
	});
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
