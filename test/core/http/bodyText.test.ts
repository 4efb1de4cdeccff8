import type { IHttpRequestOptions } from 'n8n-workflow';
import { readText } from '../../../nodes/core/http/byteStream';
import { createHttp, type NodeContext } from '../../../nodes/core/http/http';
import { connect } from '../../../nodes/core/http/transport';
import { gzipSync, Readable } from '../../../simulator/platform';
import { fakeClock } from '../../harness/fakeClock';

const JSON_TEXT = '{"status":"success","data":{"prompt":"Füchse é ß"}}';
const latin1 = Buffer.from(JSON_TEXT, 'latin1');
const utf16 = Buffer.from(JSON_TEXT, 'utf16le');
const utf16be = Buffer.from(utf16).swap16();
const withMark = (mark: number[], bytes: Buffer) => Buffer.concat([Buffer.from(mark), bytes]);
const MB = 1_048_576;

/** What is read of these bytes, in pieces that cut characters. */
async function read(bytes: Buffer, contentType?: string, longestBytes = MB) {
	const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) =>
		bytes.subarray(index * 7, index * 7 + 7),
	);
	return await readText(Readable.from(pieces, { objectMode: false }), longestBytes, contentType);
}

describe('the text of an answer', () => {
	it.each<[string, Buffer, string | undefined]>([
		['UTF-8', Buffer.from(JSON_TEXT), 'application/json'],
		['UTF-8 that is called Latin-1', Buffer.from(JSON_TEXT), 'text/html; charset=ISO-8859-1'],
		['Latin-1', latin1, 'application/json; charset=iso-8859-1'],
		['Latin-1 without a word of it', latin1, 'application/json'],
		['Latin-1 without a header', latin1, undefined],
		['Latin-1 that is called UTF-8', latin1, 'application/json; charset=utf-8'],
		['Latin-1 under a name that nobody knows', latin1, 'application/json; charset=x-none'],
		['UTF-16', utf16, 'application/json'],
		['UTF-16 with its mark', withMark([0xff, 0xfe], utf16), 'text/plain; charset="utf-16"'],
		['UTF-16, the other way round', utf16be, undefined],
		['UTF-16, the other way round, with its mark', withMark([0xfe, 0xff], utf16be), undefined],
		['gzip without its header', gzipSync(JSON_TEXT), 'application/json'],
		['gzip of Latin-1', gzipSync(latin1), 'application/json'],
	])('that comes as %s', async (_, bytes, contentType) => {
		expect(await read(bytes, contentType)).toBe(JSON_TEXT);
	});

	it.each([undefined, 'application/json; charset=iso-8859-1'])(
		'keeps a replacement character that UTF-8 itself writes: %s',
		async (contentType) => {
			const text = '{"prompt":"a fox \ufffd"}';
			expect(await read(Buffer.from(text), contentType)).toBe(text);
		},
	);

	it.each<[string, Buffer, string | undefined, string]>([
		['a declared encoding', Buffer.from([0xc4, 0xe3]), 'text/html; charset=gbk', '你'],
		['one broken byte', Buffer.from([0xe7, 0x8b, 0x90, 0xff]), undefined, '狐\ufffd'],
		['nothing', Buffer.alloc(0), undefined, ''],
		['a single letter', Buffer.from('x'), undefined, 'x'],
	])('with %s', async (_, bytes, contentType, text) => {
		expect(await read(bytes, contentType)).toBe(text);
	});

	it('that is packed is bounded by what it unpacks to, and unpacked once', async () => {
		await expect(read(gzipSync(Buffer.alloc(2 * MB)))).rejects.toMatchObject({
			code: 'ERR_ANSWER_TOO_LONG',
		});
		expect(await read(gzipSync(gzipSync('x')))).toContain('\u001f');
		expect(await read(gzipSync(JSON_TEXT).subarray(0, 20))).toContain('\u001f');
	});
});

it('a key is cut out of an answer in UTF-16 or Latin-1, too', async () => {
	const key = 'k-7f3a91c2é';
	for (const encoding of ['utf16le', 'latin1'] as const) {
		const body = Buffer.from(`<p>Wrong key ${key}</p>`, encoding);
		const httpRequestWithAuthentication = async (_: string, options: IHttpRequestOptions) =>
			options.url && { statusCode: 500, headers: {}, body: Readable.from([body]) };
		const context = { helpers: { httpRequestWithAuthentication } } as unknown as NodeContext;
		const transport = connect({
			http: createHttp(context, 'flowscaleApi'),
			root: 'https://x.test/api/v1',
			serviceName: 'Flowscale',
			clock: fakeClock(),
			secrets: [key],
			keys: [key],
			errorTextOf: () => undefined,
		});
		const answer = await transport.once({ path: '/runs' });
		expect(answer).toMatchObject({ status: 500, text: '<p>Wrong key ***</p>' });
	}
});
