import type { IBinaryData } from 'n8n-workflow';
import { download } from '../../../nodes/core/files/download';
import { RefusedLink } from '../../../nodes/core/files/openLink';
import type { Http, HttpCall, StreamAnswer } from '../../../nodes/core/http/http';
import type { NetworkFailure } from '../../../nodes/core/http/networkError';
import { Readable } from '../../../simulator/platform';
import { fakeClock } from '../../harness/fakeClock';
import { endOf } from '../../harness/runs';

type Told = (StreamAnswer | NetworkFailure) & { chunks?: number };
const LOST: NetworkFailure = {
	code: 'ECONNRESET',
	reached: 'perhaps',
	isRetryable: true,
	text: 'The connection was lost (ECONNRESET)',
};
const MB = 1_048_576;

/** An answer whose body is these chunks. */
const body = (
	status: number,
	headers: StreamAnswer['headers'] = {},
	...chunks: Buffer[]
): Told => ({ status, headers, stream: Readable.from(chunks) });
const breaking = (): Told => ({
	status: 200,
	headers: {},
	stream: Readable.from(
		(async function* () {
			yield Buffer.from('half');
			await Promise.reject(new Error('aborted'));
		})(),
	),
});
const silent = (): Told => ({
	status: 200,
	headers: {},
	stream: new Readable({ read: () => undefined }),
});

/** A download whose hosts answer like this, one after the other. */
function fileHarness(
	answers: Array<() => Told>,
	{ maxFileBytes = 0, isCertificateUnchecked = false, keepsHalves = false } = {},
) {
	const clock = fakeClock({ random: 0.5 });
	const stop = new AbortController();
	const calls: Array<HttpCall & { isCertificateUnchecked?: boolean }> = [];
	const streams: Readable[] = [];
	const http: Http = {
		exchange: async () => LOST,
		open: async () => LOST,
		openPublic: async (call) => {
			calls.push(call);
			const received = answers[Math.min(calls.length, answers.length) - 1]();
			if ('stream' in received) {
				streams.push(received.stream);
				call.signal?.addEventListener('abort', () => received.stream.destroy());
			}
			return received;
		},
	};
	const kept: Array<{ bytes: number; fileName: string | undefined; mimeType: string | undefined }> =
		[];
	const prepareBinaryData = async (
		data: Buffer | Readable,
		fileName?: string,
		mimeType?: string,
	): Promise<IBinaryData> => {
		let bytes = 0;
		const readAll = async () => {
			for await (const chunk of Buffer.isBuffer(data) ? [data] : (data as AsyncIterable<Buffer>))
				bytes += chunk.length;
		};
		await (keepsHalves ? readAll().catch(() => undefined) : readAll());
		kept.push({ bytes, fileName, mimeType });
		return { data: '', mimeType: mimeType ?? '', fileName };
	};
	const get = async (link = 'https://files.test/a.png', filename = 'a.png') => {
		const end = await endOf(
			download(
				{
					http,
					apiOrigin: 'https://api.test',
					isCertificateUnchecked,
					clock,
					stop: stop.signal,
					prepareBinaryData,
					maxFileBytes,
				},
				link,
				filename,
			),
		);
		return 'value' in end ? { bytes: end.value.bytes, mimeType: end.value.mimeType } : end;
	};
	return { get, clock, stop, calls, streams, kept };
}

describe('a download', () => {
	it('goes into n8n’s store with a safe name and its type', async () => {
		const { get, kept, calls } = fileHarness([
			() =>
				body(
					200,
					{ 'content-type': 'binary/octet-stream', 'content-length': '5' },
					Buffer.from('12345'),
				),
		]);
		expect(await get('https://files.test/x', '../../etc/a.png')).toEqual({
			bytes: 5,
			mimeType: 'image/png',
		});
		expect(kept).toEqual([{ bytes: 5, fileName: 'a.png', mimeType: 'image/png' }]);
		expect(calls.map(({ url, headers }) => [url, headers])).toEqual([
			['https://files.test/x', { 'Accept-Encoding': 'identity' }],
		]);
	});

	it.each([
		['301', 301],
		['302', 302],
		['303', 303],
		['307', 307],
		['308', 308],
	])('follows a %s by hand, each hop without the key', async (_, status) => {
		const { get, calls, streams } = fileHarness([
			() => body(status, { location: '/b?x=1' }),
			() => body(status, { location: 'http://other.test/c' }),
			() => body(200, {}, Buffer.from('1')),
		]);
		expect(await get()).toEqual({ bytes: 1, mimeType: 'image/png' });
		expect(calls.map(({ url }) => url)).toEqual([
			'https://files.test/a.png',
			'https://files.test/b?x=1',
			'http://other.test/c',
		]);
		expect(streams.every(({ destroyed }) => destroyed)).toBe(true);
	});

	it('follows at most five redirects', async () => {
		const { get, calls } = fileHarness([() => body(302, { location: '/again' })]);
		expect(await get()).toMatchObject({
			message: 'The link to "a.png" redirects more than 5 times',
		});
		expect(calls.length).toBe(6);
	});

	it.each([
		['data:image/png;base64,iVBORw0KGgo=', 8],
		['data:image/png;base64,iVBORw0KGgo%3D', 8],
		['data:image/svg+xml;charset=utf-8,%3Csvg/%3E', 6],
		['data:image/svg+xml,<svg width="100%"/>', Buffer.byteLength('<svg width="100%"/>')],
	])('reads a picture that came in its link, without a request: %s', async (link, bytes) => {
		const { get, kept, calls } = fileHarness([], { maxFileBytes: 20 });
		expect(await get(link)).toEqual({ bytes, mimeType: 'image/png' });
		expect([kept.map((file) => file.bytes), calls]).toEqual([[bytes], []]);
		expect(await get(`data:image/png,${'x'.repeat(21)}`)).toMatchObject({
			message: expect.stringContaining('is larger than the allowed') as string,
		});
		expect(await get('data:image/png;base64,')).toMatchObject({
			message: 'What came for "a.png" is not the file (it is empty)',
		});
	});

	it.each([
		['file:///etc/passwd'],
		['ftp://x/a'],
		['javascript:1'],
		['data:text/plain,x'],
		['no address'],
		[''],
	])('does not go to %p, as a link or by a redirect', async (target) => {
		const direct = fileHarness([]);
		expect(await direct.get(target)).toMatchObject({
			message: 'The link to "a.png" is not a web address',
		});
		expect(direct.calls).toEqual([]);
		const redirected = fileHarness([() => body(302, { location: target })]);
		expect(await redirected.get()).toMatchObject({ kind: 'ServiceError' });
	});

	it.each([400, 401, 403, 404, 410])(
		'that is refused with %d says so at once, for a fresh link',
		async (status) => {
			const { get, calls, streams } = fileHarness([() => body(status)]);
			expect(await get()).toMatchObject({
				error: expect.any(RefusedLink),
				message: `"a.png" could not be fetched: files.test answered HTTP ${status}`,
			});
			expect([calls.length, streams[0].destroyed]).toEqual([1, true]);
		},
	);

	it.each([
		['a lost connection', () => LOST],
		['a body that breaks off', breaking],
		['503', () => body(503)],
		['429', () => body(429, { 'retry-after': '1' })],
	])('is tried again after %s', async (_, failed) => {
		const { get, calls } = fileHarness([failed, () => body(200, {}, Buffer.from('12'))]);
		expect(await get()).toEqual({ bytes: 2, mimeType: 'image/png' });
		expect(calls.length).toBe(2);
	});

	it('is tried again where n8n would keep the half that came', async () => {
		const { get, calls } = fileHarness([breaking, () => body(200, {}, Buffer.from('12'))], {
			keepsHalves: true,
		});
		expect(await get()).toEqual({ bytes: 2, mimeType: 'image/png' });
		expect(calls.length).toBe(2);
	});

	it.each(['3', '9'])(
		'that was unpacked on the way, from %s bytes to 5, is whole',
		async (length) => {
			const { get, calls } = fileHarness([
				() => body(200, { 'content-length': length }, Buffer.from('12345')),
			]);
			expect(await get()).toEqual({ bytes: 5, mimeType: 'image/png' });
			expect(calls.length).toBe(1);
		},
	);

	it('is given up after four tries', async () => {
		const { get, calls } = fileHarness([breaking]);
		expect(await get()).toMatchObject({ message: 'The download of "a.png" broke off (aborted)' });
		expect(calls.length).toBe(4);
	});

	it('that brings no byte for a minute is closed and tried again', async () => {
		const { get, clock, streams } = fileHarness([silent, () => body(200, {}, Buffer.from('12'))]);
		expect(await get()).toEqual({ bytes: 2, mimeType: 'image/png' });
		expect([streams[0].destroyed, clock.now() <= 121_000]).toEqual([true, true]);
	});

	it('ends with a stop at once, its stream closed', async () => {
		const { get, clock, stop, streams, calls } = fileHarness([silent]);
		clock.at(500, () => stop.abort());
		expect(await get()).toMatchObject({ kind: 'ExecutionCancelledError' });
		expect([clock.now(), streams[0].destroyed, calls.length]).toEqual([500, true, 1]);
	});

	it.each([
		['https://api.test/file', true, true],
		['https://files.test/file', true, false],
		['https://api.test/file', false, false],
		['http://api.test/file', true, false],
	])(
		'from %s with "ignore SSL issues" %p accepts any certificate: %p',
		async (link, isCertificateUnchecked, isUnchecked) => {
			const { get, calls } = fileHarness([() => body(200)], { isCertificateUnchecked });
			await get(link);
			expect(calls[0].isCertificateUnchecked).toBe(isUnchecked);
		},
	);
});

describe('Max File Size', () => {
	const limit = { maxFileBytes: MB };
	it.each([
		[
			'told by the host: not a byte is read',
			() => body(200, { 'content-length': String(10 * 1024 * MB) }, Buffer.alloc(10)),
			0,
		],
		[
			'not told by the host: it is cut off',
			() => body(200, {}, ...Array.from({ length: 64 }, () => Buffer.alloc(MB / 2))),
			0,
		],
		[
			'told wrongly',
			() => body(200, { 'content-length': '5' }, Buffer.alloc(MB), Buffer.alloc(1)),
			0,
		],
	])('refuses a larger file: %s', async (_, received) => {
		const { get, kept, streams, calls } = fileHarness([received], limit);
		expect(await get()).toMatchObject({
			kind: 'ConfigurationError',
			message: '"a.png" is larger than the allowed 1 MB',
		});
		expect([kept, calls.length, streams[0].destroyed]).toEqual([[], 1, true]);
	});

	it.each([
		['exactly as large', MB],
		['smaller', 1],
	])('takes a file that is %s', async (_, size) => {
		const { get } = fileHarness(
			[() => body(200, { 'content-length': String(size) }, Buffer.alloc(size))],
			limit,
		);
		expect(await get()).toEqual({ bytes: size, mimeType: 'image/png' });
	});

	it('of 0 is no limit', async () => {
		expect(await fileHarness([() => body(200, {}, Buffer.alloc(3 * MB))]).get()).toMatchObject({
			bytes: 3 * MB,
		});
	});
});
