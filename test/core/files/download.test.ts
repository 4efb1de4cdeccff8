import type { IBinaryData } from 'n8n-workflow';
import { createOutputFetcher } from '../../../nodes/core/files/fetchOutput';
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
	{
		maxFileBytes = 0,
		isCertificateUnchecked = false,
		keepsHalves = false,
		stallMs = undefined as number | undefined,
		/** What the service hands out for each time that it is asked for a new link. */
		freshLinks = [] as Array<string | undefined>,
		keyed = [] as Array<() => Told>,
	} = {},
) {
	const clock = fakeClock({ random: 0.5 });
	const stop = new AbortController();
	const calls: Array<HttpCall & { isCertificateUnchecked?: boolean }> = [];
	const keyedCalls: HttpCall[] = [];
	const streams: Readable[] = [];
	const http: Http = {
		exchange: async () => LOST,
		open: async (call) => {
			keyedCalls.push(call);
			return follow(keyed[keyedCalls.length - 1](), call);
		},
		openPublic: async (call) => {
			calls.push(call);
			return follow(answers[Math.min(calls.length, answers.length) - 1](), call);
		},
	};
	const follow = (received: Told, call: HttpCall) => {
		if ('stream' in received) {
			streams.push(received.stream);
			call.signal?.addEventListener('abort', () => received.stream.destroy());
		}
		return received;
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
	let asked = 0;
	const fetch = createOutputFetcher({
		http,
		root: 'https://api.test/api/v1',
		isCertificateUnchecked,
		clock,
		stop: stop.signal,
		prepareBinaryData,
		links: {
			list: async () => undefined,
			byName: async () => freshLinks[asked++],
		},
	});
	const get = async (
		link = 'https://files.test/a.png',
		filename = 'a.png',
		{ mimeType = null as string | null, baseName = '' } = {},
	) => {
		const output = {
			filename,
			download_url: link,
			generation_status: null,
			mime_type: mimeType,
		};
		const end = await endOf(fetch(undefined, output, { maxFileBytes, stallMs, baseName }));
		return 'value' in end
			? { bytes: end.value.file.bytes, mimeType: end.value.file.mimeType }
			: end;
	};
	return { get, clock, stop, calls, keyedCalls, streams, kept, asked: () => asked };
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
		['a picture', 'application/json', Buffer.from('89504e470d0a1a0a00', 'hex'), 'a file'],
		['a page', 'image/png', Buffer.from('<html><body>wait</body></html>'), 'NotTheFile'],
	])(
		'is recognised by more than its first piece: %s that comes byte by byte',
		async (_, type, bytes, end) => {
			const { get } = fileHarness([
				() => body(200, { 'content-type': type }, ...[...bytes].map((byte) => Buffer.from([byte]))),
			]);
			const got = await get();
			expect('kind' in got ? got.kind : 'a file').toBe(end);
			if (!('kind' in got)) expect(got.bytes).toBe(bytes.length);
		},
	);

	it.each([202, 204, 205])('with %i in place of a text is none (yet)', async (status) => {
		const { get } = fileHarness([
			() => body(status, { 'content-type': 'text/plain' }, Buffer.from('processing')),
		]);
		expect(await get('https://files.test/a.txt', 'a.txt')).toMatchObject({ kind: 'NotTheFile' });
	});

	it.each([
		['of a part', 'bytes 0-3/9', 'NotTheFile'],
		['without a range', undefined, 'NotTheFile'],
		['of the whole file', 'bytes 0-3/4', 'a file'],
	])('with a 206 %s is the file, or is none', async (_, range, end) => {
		const { get } = fileHarness([
			() => body(206, { 'content-type': 'image/png', 'content-range': range }, Buffer.from('1234')),
		]);
		const got = await get();
		expect('kind' in got ? got.kind : 'a file').toBe(end);
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

	it.each([['file:///etc/passwd'], ['ftp://x/a'], ['javascript:1'], ['http://[::']])(
		'does not go to %p, as a link or by a redirect',
		async (target) => {
			const direct = fileHarness([]);
			expect(await direct.get(target)).toMatchObject({
				message: 'The link to "a.png" is not a web address',
			});
			expect(direct.calls).toEqual([]);
			const redirected = fileHarness([() => body(302, { location: target })]);
			expect(await redirected.get()).toMatchObject({ kind: 'ServiceError' });
		},
	);

	it.each([400, 401, 403, 404, 410])(
		'that is refused with %d says so at once where the service has no other link',
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

	it.each<[string, () => Told]>([
		['403 for a fresh link', () => body(403)],
		['404 for a fresh link', () => body(404)],
		[
			'202',
			() =>
				body(202, { 'content-type': 'application/json' }, Buffer.from('{"status":"processing"}')),
		],
		['204', () => body(204)],
		['nothing', () => body(200, { 'content-type': 'image/png' })],
		['a page', () => body(200, { 'content-type': 'text/html' }, Buffer.from('<html>please wait'))],
		[
			'JSON',
			() => body(200, { 'content-type': 'application/json' }, Buffer.from('{"statusCode":413}')),
		],
		['XML', () => body(200, { 'content-type': 'application/xml' }, Buffer.from('<Error/>'))],
		['a text', () => body(200, { 'content-type': 'text/plain' }, Buffer.from('not yet'))],
	])('waits some 16 s for a file in whose place comes %s', async (_, received) => {
		const late = fileHarness(
			[received, received, received, received, () => body(200, {}, Buffer.from('12'))],
			{ freshLinks: ['https://files.test/a.png?new'] },
		);
		expect(await late.get()).toEqual({ bytes: 2, mimeType: 'image/png' });
		expect([late.clock.waits.filter((ms) => ms < 60_000), late.kept.length]).toEqual([
			[250, 500, 1_000],
			1,
		]);
		expect(late.calls.map(({ url }) => url).slice(0, 2)).toEqual([
			'https://files.test/a.png',
			'https://files.test/a.png?new',
		]);
		const never = fileHarness([received], { freshLinks: ['https://files.test/a.png?new'] });
		expect(await never.get()).toMatchObject({
			kind: expect.stringMatching(/RefusedLink|NotTheFile/) as string,
		});
		expect([never.calls.length, never.asked(), never.kept]).toEqual([8, 1, []]);
		expect(never.streams.every(({ destroyed }) => destroyed)).toBe(true);
	});

	it('says what came in place of the file', async () => {
		const text = '{"statusCode":413,"message":"Payload too large"}';
		const { get } = fileHarness([
			() => body(200, { 'content-type': 'application/json' }, Buffer.from(text)),
		]);
		expect(await get()).toMatchObject({
			message: `What came for "a.png" is not the file (HTTP 200, application/json: ${text})`,
		});
	});

	it('lets others load while a file is waited for', async () => {
		const harness = fileHarness([() => body(404)], {
			freshLinks: Array<string>(9).fill('https://f.test/x'),
		});
		await Promise.all(Array.from({ length: 6 }, async () => await harness.get()));
		expect(harness.clock.now()).toBeLessThan(17_000);
	});

	it.each([
		['https://api.test/file', 401],
		['https://api.test/file', 403],
		['/file', 401],
	])('of %s on the deployment itself that answers %d gets the credential', async (link, status) => {
		const { get, calls, keyedCalls } = fileHarness([() => body(status)], {
			keyed: [() => body(200, {}, Buffer.from('12'))],
		});
		expect(await get(link)).toEqual({ bytes: 2, mimeType: 'image/png' });
		expect([calls, keyedCalls].map((all) => all.map(({ url }) => url))).toEqual([
			['https://api.test/file'],
			['https://api.test/file'],
		]);
	});

	it('never takes the credential to another origin: not by a link, not by a redirect, not over http', async () => {
		for (const link of [
			'https://files.test/a',
			'http://api.test/a',
			'https://api.test:444/a',
			'https://api.test.evil.test/a',
		]) {
			const { get, keyedCalls } = fileHarness([() => body(401)]);
			await get(link);
			expect(keyedCalls).toEqual([]);
		}
		const { get, calls, keyedCalls } = fileHarness(
			[() => body(401), () => body(401), () => body(200, {}, Buffer.from('1'))],
			{
				keyed: [() => body(302, { location: 'https://files.test/b' })],
				freshLinks: ['https://files.test/c'],
			},
		);
		expect(await get('https://api.test/a')).toMatchObject({ bytes: 1 });
		expect([calls.map(({ url }) => url), keyedCalls.length]).toEqual([
			['https://api.test/a', 'https://files.test/b', 'https://files.test/c'],
			1,
		]);
		const back = fileHarness([
			() => body(302, { location: 'https://api.test/x' }),
			() => body(401),
		]);
		await back.get();
		expect(back.keyedCalls).toEqual([]);
	});

	it('does not repeat what an answer to the key says', async () => {
		const { get } = fileHarness([() => body(401)], {
			keyed: Array<() => Told>(9).fill(() =>
				body(200, { 'content-type': 'text/html' }, Buffer.from('<html>your key is 123')),
			),
		});
		expect(await get('/a.png')).toMatchObject({
			message: 'What came for "a.png" is not the file (HTTP 200)',
		});
	});

	it.each([
		['a minute', undefined, 60_000],
		['Timeout, where that is shorter', 5_000, 5_000],
		['a minute, where Timeout is longer', 600_000, 60_000],
	])('that drips is given up after %s', async (_, stallMs, windowMs) => {
		const harness = fileHarness([silent], { stallMs });
		// A byte every second keeps every limit on silence quiet.
		const drip = (ms: number): void =>
			harness.clock.at(ms, () => {
				const open = harness.streams.filter(({ destroyed }) => !destroyed);
				open.forEach((stream) => stream.push('x'));
				if (ms < 500_000) drip(ms + 1_000);
			});
		drip(500);
		expect(await harness.get()).toMatchObject({
			message: expect.stringMatching(
				/^The download of "a.png" broke off \(only \d+ bytes arrived in \d+ s\)$/,
			) as string,
		});
		expect(harness.calls.length).toBe(4);
		expect(harness.clock.now()).toBeLessThan(4 * windowMs + 6_000);
	});

	it.each([
		['slower', 'Thu, 01 Jan 1998 11:59:00 GMT', 'Thu, 01 Jan 1998 11:59:20 GMT'],
		['faster', 'Tue, 01 Jan 2080 12:00:00 GMT', 'Tue, 01 Jan 2080 12:00:20 GMT'],
	])('waits by the date of Retry-After, by the %s clock of its host', async (_, date, later) => {
		const busy = () => body(503, { date, 'retry-after': later });
		const { get, clock } = fileHarness([busy, () => body(200, {}, Buffer.from('file'))]);
		const begunMs = clock.now();
		expect(await get()).toMatchObject({ bytes: 4 });
		expect(clock.now() - begunMs).toBe(20_000);
	});

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

describe('the kind and name of a download', () => {
	const png = Buffer.from('\x89PNG\r\n\x1a\n0000', 'latin1');
	it.each([
		[
			'by the host',
			'https://f.test/d/1',
			'output_1',
			{ 'content-type': 'video/mp4' },
			'video/mp4',
			'output_1.mp4',
		],
		[
			'by a host with another word for it',
			'https://f.test/d/1',
			'sound',
			{ 'content-type': 'audio/x-wav' },
			'audio/x-wav',
			'sound.wav',
		],
		[
			'by the query',
			'https://f.test/view?filename=Anim_00001.mp4&type=output',
			'view',
			{},
			'video/mp4',
			'Anim_00001.mp4',
		],
		[
			'by Content-Disposition',
			'https://f.test/d/1',
			'output_1',
			{ 'content-disposition': 'attachment; filename="cat.webp"' },
			'image/webp',
			'cat.webp',
		],
		[
			'by an encoded one',
			'https://f.test/d/1',
			'output_1',
			{ 'content-disposition': "attachment; filename*=UTF-8''f%C3%BCr.webp" },
			'image/webp',
			'für.webp',
		],
		[
			'by a signed one',
			'https://s3.test/k?response-content-disposition=attachment%3B%20filename%3D%22a.flac%22',
			'k',
			{},
			'audio/flac',
			'a.flac',
		],
		[
			'by its bytes',
			'https://f.test/d/1',
			'output_1',
			{ 'content-type': 'binary/octet-stream' },
			'image/png',
			'output_1.png',
		],
		[
			'by its bytes, where the host calls everything a text',
			'https://f.test/d/1',
			'output_1',
			{ 'content-type': 'text/plain' },
			'image/png',
			'output_1.png',
		],
		[
			'by its own name first',
			'https://f.test/d/1.webp',
			'a.gif',
			{ 'content-disposition': 'attachment; filename="b.png"' },
			'image/gif',
			'a.gif',
		],
		[
			'by no path in Content-Disposition',
			'https://f.test/d/1',
			'x',
			{ 'content-disposition': 'attachment; filename="../../etc/a.png"' },
			'image/png',
			'a.png',
		],
	])('are known %s', async (_, link, filename, headers, mimeType, fileName) => {
		const { get, kept } = fileHarness([() => body(200, headers as StreamAnswer['headers'], png)]);
		expect(await get(link, filename)).toMatchObject({ mimeType });
		expect(kept.map((file) => file.fileName)).toEqual([fileName]);
	});

	it('are known by the service’s record first', async () => {
		const { get, kept } = fileHarness([() => body(200, { 'content-type': 'image/png' }, png)]);
		expect(await get('https://f.test/1', 'a', { mimeType: 'image/webp' })).toMatchObject({
			mimeType: 'image/webp',
		});
		expect(kept[0].fileName).toBe('a.webp');
	});

	it.each([
		['a.png', {}, 'cat.png'],
		['a.jpeg', {}, 'cat.jpeg'],
		['a', { 'content-type': 'video/mp4' }, 'cat.mp4'],
		['model.ckpt', {}, 'cat.ckpt'],
	])('keep the extension of %s under the user’s name', async (filename, headers, fileName) => {
		const { get, kept } = fileHarness([() => body(200, headers as StreamAnswer['headers'], png)]);
		await get('https://f.test/1', filename, { baseName: 'cat' });
		expect(kept[0].fileName).toBe(fileName);
	});

	it('of a link that holds the file are found by its bytes', async () => {
		const { get, kept } = fileHarness([]);
		expect(
			await get(`data:application/octet-stream;base64,${png.toString('base64')}`, 'output_1'),
		).toEqual({
			bytes: 12,
			mimeType: 'image/png',
		});
		expect(await get('data:,a%20text', 'note')).toEqual({ bytes: 6, mimeType: 'text/plain' });
		expect(kept.map((file) => file.fileName)).toEqual(['output_1.png', 'note.txt']);
		expect(await get('data:text/html,<html>no', 'a.png')).toMatchObject({ kind: 'NotTheFile' });
	});
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
