import type { INode, IRun } from 'n8n-workflow';
import { listenToLog } from '../../faults/faultHarness';
import { findText } from '../../faults/findText';
import { promptOf, useComflowy } from '../../harness/comflowyHarness';
import { asking, useFlowAi } from '../../harness/flowAiHarness';
import { quick, startOf, useHarness } from '../../harness/useHarness';
import { type AddressInfo, createServer, once, type Server } from '../../../simulator/platform';

/** With a character of each kind that JSON, addresses and HTML encode. */
const KEY = 'qz/7&KwZt9+"Xv"<Jy>=42%zQ';
/** A part of it that is no word of ours, and that most encodings leave as it is. */
const PART = 'KwZt9';

const units = (text: string, write: (code: number) => string) =>
	Array.from({ length: text.length }, (_, at) => write(text.charCodeAt(at))).join('');
const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0');
const html = (text: string) =>
	text
		.replaceAll('&', '&amp;')
		.replaceAll('"', '&quot;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;');
const jsonText = (text: string) => JSON.stringify(text).slice(1, -1);

/** The key as a service may write it back, as it stands within a JSON string. */
const WRITTEN: Readonly<Record<string, string>> = {
	plain: jsonText(KEY),
	php: jsonText(KEY).replaceAll('/', '\\/'),
	rails: jsonText(KEY)
		.replaceAll('&', '\\u0026')
		.replaceAll('<', '\\u003c')
		.replaceAll('>', '\\u003e'),
	unicode: units(KEY, (code) => `\\u${hex(code, 4)}`),
	jsonInJson: jsonText(jsonText(KEY)),
	url: encodeURIComponent(KEY),
	urlOfEach: units(KEY, (code) => `%${hex(code, 2)}`),
	urlTwice: encodeURIComponent(encodeURIComponent(KEY)),
	html: html(KEY),
	htmlTwice: html(html(KEY)),
	htmlNumbers: units(KEY, (code) => `&#${code};`),
	htmlHex: units(KEY, (code) => `&#x${hex(code, 2)};`),
	script: jsonText(units(KEY, (code) => `\\x${hex(code, 2)}`)),
	urlInHtml: html(encodeURIComponent(KEY)),
	base64: Buffer.from(KEY).toString('base64'),
	base64OfHeader: Buffer.from(`X-API-KEY: ${KEY}`).toString('base64'),
	base64url: Buffer.from(`1${KEY}`).toString('base64url'),
	hex: Buffer.from(KEY).toString('hex'),
};
const ECHO = Object.entries(WRITTEN)
	.map(([how, text]) => `${how}=${text}`)
	.join(' , ');
/** Short: the first 500 characters of an error are shown. */
const echoes = Object.values(WRITTEN);

/** What an encoded text says, by readers of our own: nothing here is shared with what ships. */
function readings(text: string): string[] {
	const layers = [text];
	for (let depth = 0; depth < 4; depth++) {
		const last = layers[depth];
		layers.push(
			last
				.replace(/\\+u([0-9a-f]{4})/gi, (_, code: string) =>
					String.fromCharCode(parseInt(code, 16)),
				)
				.replace(/\\+x([0-9a-f]{2})/gi, (_, code: string) =>
					String.fromCharCode(parseInt(code, 16)),
				)
				.replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
				.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
				.replace(/&amp;/g, '&')
				.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16))),
		);
	}
	const encoded = text.match(/[\w+/-]{20,400}/g) ?? [];
	const decoded = encoded.flatMap((run) => [
		...[0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), 'base64').toString('latin1')),
		Buffer.from(run, 'hex').toString('latin1'),
	]);
	return [...layers, ...decoded];
}

/** Parts of the key that are still to be read in a text. */
const leaksIn = (text: string) => readings(text).filter((reading) => reading.includes(PART));

let echo: string;
let server: Server;
let baseUrl: string;

/** A run whose every text echoes; `status` decides what becomes of it. */
const runText = (status: string) =>
	`{"run_id":"r-1","workflow_id":"w","group_id":"g","status":"${status}","created_at":"2026-01-01T00:00:00Z","inputs":[{"path":"a","value":"${echo}"}],"output_names":["a.txt"],"outputs":[{"filename":"a.txt","file_content":"${echo}","generation_status":"done"},{"filename":"b ${echo}.txt","file_content":"x"}],"error":{"message":"${echo}","node_id":"${echo}"},"${echo}":"${echo}"}`;
const ok = (data: string) => `{"status":"success","data":${data},"errors":null}`;
const statusOf = (path: string) => (path.includes('r-failed') ? 'failed' : 'completed');

/** Answers of every endpoint, by the end of its path. */
function answerTo(method: string, path: string): { status?: number; type?: string; text: string } {
	if (path.includes('/refused') || path.includes('refused='))
		return {
			status: 422,
			text: `{"detail":[{"loc":["body","${echo}"],"msg":"${echo}","input":"${echo}"}]}`,
		};
	if (path.includes('/comfy/health'))
		return { text: ok(`[{"container":"${echo}","status":"${echo}"}]`) };
	if (path.includes('/comfy/queue'))
		return {
			text: ok(`[{"container":"${echo}","queue_running":[[1,"${echo}"]],"queue_pending":[]}]`),
		};
	if (path.endsWith('/events'))
		return {
			type: 'text/event-stream',
			text: `id: 1\nevent: progress\ndata: {"message":"${echo}"}\n\nid: 2\nevent: completed\ndata: {"status":"completed","${echo}":1}\n\n`,
		};
	if (path.includes('/runs/output'))
		return { text: ok(`{"filename":"a.txt","file_content":"${echo}"}`) };
	if (path.endsWith('/cancel'))
		return { text: `{"status":"success","message":"${echo}","data":{"message":"${echo}"}}` };
	if (path.includes('/workflows'))
		return {
			text: ok(
				`[{"id":"w","name":"${echo}","description":"${echo}","inputs":[{"path":"a","type":"${echo}"}],"outputs":[]}]`,
			),
		};
	if (path.includes('/runs/r-')) return { text: ok(runText(statusOf(path))) };
	if (path.endsWith('/runs') && method === 'POST')
		return {
			text: ok(
				`{"run_id":"r-failed","node_errors":{"4":{"class_type":"${echo}","errors":[{"message":"${echo}"}]}},"note":"${echo}"}`,
			),
		};
	if (path.endsWith('/runs')) return { text: ok(`[${runText('completed')},${runText('failed')}]`) };
	// Comflowy
	if (path.endsWith('/auth/token'))
		return { text: '{"success":true,"data":{"access_token":"token-5f3a9c1d"}}' };
	if (path.endsWith('/run'))
		return { text: `{"success":true,"data":{"run_id":"r-1","note":"${echo}"}}` };
	if (path.endsWith('/check'))
		return {
			text: `{"success":true,"data":{"status":"success","${echo}":"${echo}","full_outputs":{"9":{"text":["${echo}"]}}}}`,
		};
	// FlowAI
	if (path.includes('/workflow/run/'))
		return { text: `{"output":{"a":"${echo}","${echo}":1},"total_time":1}` };
	return { status: 404, text: `{"error":"${echo}"}` };
}

beforeAll(async () => {
	server = createServer((request, response) => {
		const path =
			(request.url ?? '').split('?')[0] + (request.url?.includes('refused') ? '/refused' : '');
		request.resume().once('end', () => {
			const {
				status = 200,
				type = 'application/json',
				text,
			} = answerTo(request.method ?? '', path);
			response.writeHead(status, { 'content-type': type });
			response.end(text);
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

/** What n8n stores, shows and logs of an execution. The credential itself is not part of it. */
function expectNothing(execution: IRun, log: string[]): void {
	const whole = JSON.stringify(execution.data) + JSON.stringify(log);
	expect(leaksIn(whole)).toEqual([]);
	// Also what is not written as JSON: causes of errors, hidden properties.
	expect(findText(execution.data, KEY)).toEqual([]);
}

const flowscale = useHarness();
const comflowy = useComflowy();
const flowAi = useFlowAi();
const one = [{ json: { prompt: 'a fox' } }];
const ERRORS = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const;

const wait = startOf('image', '{ "text_51536": "a fox" }', quick);
const runId = { __rl: true, mode: 'id', value: 'r-1' };
const failedId = { ...runId, value: 'r-failed' };
const refusedId = { ...runId, value: 'refused' };
const calls: Array<[`${string}.${string}`, INode['parameters']]> = [
	['cluster.getHealth', {}],
	['cluster.getQueue', {}],
	['workflow.getMany', {}],
	['workflow.getMany', { simplify: false }],
	['workflow.execute', startOf('image', '{ "text_51536": "a fox" }', {})],
	['workflow.executeAndWait', wait],
	['workflow.executeAndWait', { ...wait, workflowId: refusedId }],
	['run.get', { runId }],
	['run.get', { runId, simplify: false }],
	['run.get', { runId: refusedId }],
	['run.getMany', { returnAll: true }],
	['run.getMany', { returnAll: true, simplify: false }],
	['run.wait', { runId, options: quick }],
	['run.wait', { runId: failedId, options: quick }],
	['run.wait', { runId: failedId, options: { ...quick, onFailedRun: 'item' } }],
	['run.getOutputs', { runId }],
	['run.cancel', { runId }],
	['run.getEvents', { runId }],
	['group.get', { groupId: 'g' }],
	['output.get', { filename: 'a.txt', download: false }],
];

/** All at once where the text is long enough to be kept; each alone for the ways into errors. */
describe.each([
	['in every way at once', ECHO],
	...Object.entries(WRITTEN).map(([how, text]): [string, string] => [how, text]),
])('a service that echoes the key %s', (how, text) => {
	beforeEach(() => {
		echo = text;
	});

	test('is nowhere in what Flowscale’s operations give', async () => {
		const harness = await flowscale({ credential: () => ({ baseUrl, apiKey: KEY }) });
		const log = await listenToLog(harness.engine);
		const chosen = how === 'in every way at once' ? calls : calls.filter((_, at) => at % 3 === 0);
		for (const [operation, parameters] of chosen)
			for (const onError of how === 'in every way at once' ? ERRORS : ERRORS.slice(0, 1))
				expectNothing(
					await harness.run(harness.node(operation, parameters, { onError }), one),
					log,
				);
	});

	test('is nowhere in what Comflowy and FlowAI give', async () => {
		const forComflowy = await comflowy();
		Object.assign(forComflowy.credential(), { baseUrl, apiKey: KEY });
		const log = await listenToLog(forComflowy.engine);
		expectNothing(
			await forComflowy.run(forComflowy.node('workflow.executeAndWait', promptOf()), one),
			log,
		);
		const forFlowAi = await flowAi();
		Object.assign(forFlowAi.credential(), { baseUrl, apiKey: KEY });
		expectNothing(await forFlowAi.run(forFlowAi.node('workflow.execute', asking()), one), log);
	});
});

test('the readers of this test find the key in each spelling', () => {
	for (const [how, text] of Object.entries(WRITTEN))
		expect([how, leaksIn(JSON.stringify([JSON.parse(`"${text}"`)])).length > 0]).toEqual([
			how,
			true,
		]);
	expect(echoes.length).toBeGreaterThan(15);
});
