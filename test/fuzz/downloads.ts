import fc from 'fast-check';
import type { IBinaryData } from 'n8n-workflow';
import { createOutputFetcher } from '../../nodes/core/files/fetchOutput';
import type { Http, StreamAnswer } from '../../nodes/core/http/http';
import type { NetworkFailure } from '../../nodes/core/http/networkError';
import { Readable } from '../../simulator/platform';
import { fakeClock } from '../harness/fakeClock';
import { endOf } from '../harness/runs';

/** What a download host does to one request. */
export interface HostAnswer {
	kind:
		| 'file'
		| 'cut'
		| 'part'
		| 'page'
		| 'xml'
		| 'json'
		| 'text'
		| 'accepted'
		| 'empty'
		| 'silent'
		| 'endless'
		| 'status'
		| 'lost';
	/** Of the answer; where the kind says nothing else. */
	status: number;
	contentType: string | undefined;
	/** Where a file is cut, in bytes; how large its chunks are. */
	at: number;
	hasLength: boolean;
}

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const STAND_INS: Partial<Record<HostAnswer['kind'], string>> = {
	page: '<!DOCTYPE html><html><body>Please wait</body></html>',
	xml: '<?xml version="1.0"?><Error><Code>SlowDown</Code></Error>',
	json: '{"statusCode":413,"message":"too large"}',
	text: 'not yet',
	accepted: '{"status":"processing"}',
	empty: '',
};

const hostAnswer: fc.Arbitrary<HostAnswer> = fc.record({
	kind: fc.constantFrom<HostAnswer['kind']>(
		...(['file', 'file', 'cut', 'part', 'page', 'xml', 'json', 'text'] as const),
		...(['accepted', 'empty', 'silent', 'endless', 'status', 'lost'] as const),
	),
	status: fc.constantFrom(
		...[400, 401, 403, 404, 408, 410, 413, 425, 429, 500, 502, 503, 504, 520, 522, 524, 530],
	),
	contentType: fc.constantFrom(
		...[undefined, 'image/png', 'application/octet-stream', 'text/html', 'application/json'],
	),
	at: fc.integer({ min: 1, max: 4_000 }),
	hasLength: fc.boolean(),
});

export interface DownloadWorld {
	/** In order; the last one is repeated. */
	answers: HostAnswer[];
	file: Uint8Array;
	/** What the service says of the file: its name has an ending, or it names its kind, or nothing. */
	described: 'name' | 'type' | 'link';
	maxFileBytes: number;
	/** The store keeps half of what breaks off, without an error. */
	keepsHalves: boolean;
	freshLinks: number;
}

export const downloadWorld: fc.Arbitrary<DownloadWorld> = fc.record({
	answers: fc.array(hostAnswer, { minLength: 1, maxLength: 8 }),
	file: fc.uint8Array({ minLength: 9, maxLength: 4_000 }),
	described: fc.constantFrom<DownloadWorld['described']>('name', 'type', 'link'),
	maxFileBytes: fc.constantFrom(2_000, 10_000),
	keepsHalves: fc.boolean(),
	freshLinks: fc.nat(3),
});

const holds = (isTrue: boolean, what: string) => {
	if (!isTrue) throw new Error(what);
};
const MOST_REQUESTS = 30;
/** Each try may bring next to nothing for a minute, and a retry may be asked to wait for one. */
const MOST_MS = 30 * 60_000;

function* chunksOf(bytes: Buffer, size: number): Generator<Buffer> {
	for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

function bodyOf(answer: HostAnswer, file: Buffer): Readable {
	const { kind, at } = answer;
	if (kind === 'silent') return new Readable({ read: () => undefined });
	if (kind === 'endless')
		return Readable.from(
			(function* () {
				yield PNG;
				for (;;) yield Buffer.alloc(1_000, 1);
			})(),
		);
	if (kind === 'cut')
		return Readable.from(
			(async function* () {
				yield* chunksOf(file.subarray(0, Math.min(at, file.length - 1)), 500);
				await Promise.reject(new Error('aborted'));
			})(),
		);
	if (kind === 'part') return Readable.from([file.subarray(0, Math.min(at, file.length - 1))]);
	const standIn = STAND_INS[kind];
	return Readable.from(standIn === undefined ? chunksOf(file, at) : [Buffer.from(standIn)]);
}

function answerOf(answer: HostAnswer, file: Buffer): StreamAnswer | NetworkFailure {
	const { kind, hasLength } = answer;
	if (kind === 'lost')
		return { code: 'ECONNRESET', reached: 'perhaps', isRetryable: true, text: 'It was lost' };
	const statuses: Partial<Record<HostAnswer['kind'], number>> = {
		...{ accepted: 202, part: 206, status: answer.status },
	};
	const types: Partial<Record<HostAnswer['kind'], string>> = {
		...{ page: 'text/html', xml: 'application/xml', json: 'application/json', text: 'text/plain' },
	};
	const isFile = kind === 'file' || kind === 'cut';
	const length = isFile && hasLength ? String(file.length) : undefined;
	// Some hosts call a page what the file would have been.
	const type = kind === 'text' ? types.text : (answer.contentType ?? types[kind]);
	return {
		status: statuses[kind] ?? 200,
		headers: { 'content-type': type, 'content-length': length },
		stream: bodyOf(answer, file),
	};
}

/**
 * What arrives is the file, byte by byte, or an error; within a bounded time and number of requests,
 * with no more in the store than Max File Size, and with no stream left open.
 */
export async function checkDownload(world: DownloadWorld): Promise<void> {
	const file = Buffer.concat([PNG, world.file]);
	const clock = fakeClock({ random: 0.5, mostWaits: 20_000 });
	const streams: Readable[] = [];
	let requests = 0;
	let asked = 0;
	let stored: Buffer | undefined;
	let most = 0;
	const openPublic: Http['openPublic'] = async (call) => {
		const answer = answerOf(world.answers[Math.min(requests++, world.answers.length - 1)], file);
		if ('stream' in answer) {
			streams.push(answer.stream);
			call.signal?.addEventListener('abort', () => answer.stream.destroy());
		}
		return await Promise.resolve(answer);
	};
	const prepareBinaryData = async (
		data: Buffer | Readable,
		fileName?: string,
		mimeType?: string,
	): Promise<IBinaryData> => {
		const chunks: Buffer[] = [];
		const readAll = async () => {
			for await (const chunk of Buffer.isBuffer(data) ? [data] : (data as AsyncIterable<Buffer>)) {
				chunks.push(chunk);
				most = Math.max(
					most,
					chunks.reduce((sum, { length }) => sum + length, 0),
				);
			}
		};
		await (world.keepsHalves ? readAll().catch(() => undefined) : readAll());
		stored = Buffer.concat(chunks);
		return { data: '', mimeType: mimeType ?? '', fileName };
	};
	const fetch = createOutputFetcher({
		http: { exchange: openPublic as never, open: openPublic as never, openPublic },
		root: 'https://api.test/api/v1',
		isCertificateUnchecked: false,
		clock,
		prepareBinaryData,
		links: {
			list: async () => undefined,
			byName: async () =>
				asked++ < world.freshLinks ? `https://files.test/fresh-${asked}.png` : undefined,
		},
	});
	const { described, maxFileBytes } = world;
	const end = await endOf(
		fetch(
			undefined,
			{
				filename: described === 'name' ? 'fox.png' : 'fox',
				download_url: `https://files.test/${described === 'link' ? 'fox.png' : 'fox'}`,
				generation_status: null,
				mime_type: described === 'type' ? 'image/png' : null,
			},
			{ maxFileBytes },
		),
	);
	holds(requests <= MOST_REQUESTS, `${requests} requests`);
	holds(clock.now() <= MOST_MS, `${clock.now() / 1000} s`);
	holds(most <= maxFileBytes + 1_000, `${most} bytes in the store, ${maxFileBytes} are allowed`);
	holds(
		streams.every((stream) => stream.destroyed || stream.readableEnded),
		'a stream stays open',
	);
	if ('value' in end) {
		holds(stored?.equals(file) === true, `something else than the file: ${String(stored)}`);
		holds(end.value.file.bytes === file.length, 'another size');
		return;
	}
	holds(
		['ServiceError', 'NotTheFile', 'RefusedLink', 'ConfigurationError'].includes(end.kind),
		`${end.kind}: ${end.message}`,
	);
	const isPlain = world.answers[0].kind === 'file' && file.length <= maxFileBytes;
	holds(!isPlain, `the file was there, and did not arrive: ${end.message}`);
}
