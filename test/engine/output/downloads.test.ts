import type { Fault } from '../../../simulator/flowscale/startFlowscale';
import { type AddressInfo, createServer, gzipSync, once } from '../../../simulator/platform';
import { useFastTime } from '../../harness/fastTime';
import { bytesOf, digest, madeBy, quick, startOf, two, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const one = two.slice(0, 1);
const fileOf = (bytes: number) => ({ size_10001: bytes });
const MB = 1_048_576;

test('links are fetched without the key and without any other header of the credential', async () => {
	const { node, items, flowscale } = await harness();
	await items(node('workflow.executeAndWait', startOf('bigFile', fileOf(1000))));
	const asked = flowscale.journal.filter(({ host }) => host === 'files');
	expect(
		asked.map(({ method, status, headers }) => [
			method,
			status,
			headers['x-api-key'],
			headers.authorization,
			headers.cookie,
		]),
	).toEqual([0, 1].map(() => ['GET', 200, undefined, undefined, undefined]));
	expect(JSON.stringify(asked)).not.toContain(flowscale.apiKey);
});

test.each([400, 401, 403, 404, 410])(
	'a link that is refused with %d is asked for anew, once',
	async (status) => {
		const { node, items, flowscale, requests } = await harness();
		flowscale.fault({ on: 'download', kind: 'status', status });
		const [done] = await items(
			node('workflow.executeAndWait', startOf('bigFile', fileOf(1000))),
			one,
		);
		expect(digest(await bytesOf(done.binary?.data))).toBe(digest(await madeBy(flowscale.runs[0])));
		expect([requests('download'), requests('getOutput'), requests('startRun')]).toEqual([2, 1, 1]);
	},
);

describe('with time that passes faster', () => {
	useFastTime(8);

	test('a new link that is refused as well for 16 s ends the item', async () => {
		const { node, error, flowscale, requests } = await harness();
		flowscale.fault({ on: 'download', kind: 'status', status: 403, times: 9 });
		const failure = await error(
			node('workflow.executeAndWait', startOf('bigFile', fileOf(1000))),
			one,
		);
		const [{ id, outputs }] = flowscale.runs;
		expect(failure).toMatchObject({
			name: 'NodeApiError',
			httpCode: '403',
			context: { itemIndex: 0 },
		});
		expect(failure.message).toBe(
			`"${outputs[0].files[0]}" could not be fetched: ${new URL(flowscale.filesUrl).host} answered HTTP 403 (run ${id}, state succeeded)`,
		);
		expect(requests('download')).toBe(8);
	});
});

test('links that have really expired are replaced', async () => {
	const { node, items, flowscale } = await harness({ linkLifetimeMs: 300 });
	flowscale.fault({ on: 'download', kind: 'resetBefore' });
	const [done] = await items(
		node('workflow.executeAndWait', startOf('bigFile', fileOf(1000))),
		one,
	);
	expect(digest(await bytesOf(done.binary?.data))).toBe(digest(await madeBy(flowscale.runs[0])));
	expect(
		flowscale.journal.filter(({ route }) => route === 'download').map(({ status }) => status),
	).toEqual([null, 403, 200]);
});

test.each<[string, Omit<Fault, 'on'>]>([
	['breaks off', { kind: 'resetMidBody' }],
	['is shorter than announced', { kind: 'wrongLength' }],
	['gets no answer', { kind: 'resetBefore' }],
	['meets a busy host', { kind: 'status', status: 503, headers: { 'retry-after': '0' } }],
])('a download that %s is tried again, and comes out whole', async (_, fault) => {
	const { node, items, flowscale, requests } = await harness();
	flowscale.fault({ on: 'download', ...fault });
	const [done] = await items(
		node('workflow.executeAndWait', startOf('bigFile', fileOf(300_000))),
		one,
	);
	expect(digest(await bytesOf(done.binary?.data))).toBe(digest(await madeBy(flowscale.runs[0])));
	expect([requests('download'), requests('startRun')]).toEqual([2, 1]);
});

test('a redirect is followed without the key', async () => {
	const { node, items, flowscale } = await harness();
	const redirect: Fault = { on: 'download', kind: 'redirect' };
	flowscale.fault({
		...redirect,
		match: (entry) => Boolean(Object.assign(redirect, { to: flowscale.filesUrl + entry.url })),
	});
	const [done] = await items(
		node('workflow.executeAndWait', startOf('bigFile', fileOf(1000))),
		one,
	);
	expect(done.binary?.data.mimeType).toBe('video/mp4');
	expect(
		flowscale.journal
			.filter(({ host }) => host === 'files')
			.map(({ headers }) => headers['x-api-key']),
	).toEqual([undefined, undefined]);
});

test.each([
	['smaller', 9],
	['larger', 0],
])(
	'a file that its store keeps packed, %s than it is, comes out unpacked, in one go',
	async (_, level) => {
		const plain = Buffer.alloc(300_000, 'hello ');
		const packed = gzipSync(plain, { level });
		const store = createServer((_, response) =>
			response
				.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length })
				.end(packed),
		).listen(0, '127.0.0.1');
		await once(store, 'listening');
		const { node, items, flowscale, requests } = await harness();
		flowscale.fault({
			on: 'download',
			kind: 'redirect',
			to: `http://127.0.0.1:${(store.address() as AddressInfo).port}/packed.bin`,
		});
		const [done] = await items(
			node('workflow.executeAndWait', startOf('bigFile', fileOf(1000))),
			one,
		);
		store.close();
		expect(digest(await bytesOf(done.binary?.data))).toBe(digest(plain));
		expect([done.json.outputs, requests('download')]).toMatchObject([[{ file_size: 300_000 }], 1]);
	},
);

test.each([
	['tells the length', true],
	['tells no length', false],
])('Max File Size refuses a larger file where the host %s', async (_, lengths) => {
	const { node, error, flowscale } = await harness({ dialect: { lengths } });
	const failure = await error(
		node(
			'workflow.executeAndWait',
			startOf('bigFile', fileOf(MB + 1), { ...quick, maxFileSize: 1 }),
		),
		one,
	);
	expect(failure).toMatchObject({
		name: 'NodeOperationError',
		message: `"${flowscale.runs[0].outputs[0].files[0]}" is larger than the allowed 1 MB`,
		description: 'Raise Max File Size, or switch Download off to get its link.',
		context: { itemIndex: 0 },
	});
});

test.each([
	['tells the length', true],
	['tells no length', false],
])('Max File Size lets a file of just that size pass where the host %s', async (_, lengths) => {
	const { node, items } = await harness({ dialect: { lengths } });
	const [done] = await items(
		node('workflow.executeAndWait', startOf('bigFile', fileOf(MB), { ...quick, maxFileSize: 1 })),
		one,
	);
	expect((await bytesOf(done.binary?.data)).length).toBe(MB);
});

test('a file of 64 MB comes out byte for byte', async () => {
	const { node, items, flowscale } = await harness();
	const [done] = await items(
		node('workflow.executeAndWait', startOf('bigFile', fileOf(64 * MB))),
		one,
	);
	expect(digest(await bytesOf(done.binary?.data))).toBe(digest(await madeBy(flowscale.runs[0])));
	expect(done.json.outputs).toMatchObject([{ file_size: 64 * MB }]);
});
