import type { IBinaryData } from 'n8n-workflow';
import type { Clock } from '../async/clock';
import { linkSignals } from '../async/signals';
import { ConfigurationError, ServiceError } from '../errors';
import { type ByteStream, onBytes } from '../http/byteStream';
import type { Head } from '../http/http';
import { recordOf, textAt } from '../json';
import { binaryTypeOf, mimeTypeOfBytes } from './bytesType';
import {
	ANY_TYPE,
	extensionFor,
	hasExtension,
	mimeTypeOfLink,
	mimeTypeOfName,
	safeFileName,
	tellingType,
} from './fileType';
import { firstBytes } from './firstBytes';
import { type DataUri, nameInDisposition, namesInLink, readDataUri } from './link';
import { type DownloadSettings, LONGEST_SILENCE_MS, type OpenLink, openLink } from './openLink';
import { standInFor } from './standIn';

export interface Downloaded {
	binary: IBinaryData;
	bytes: number;
	mimeType: string;
}

/** A file to fetch: where it is, and what the service says of it. */
export interface WantedFile {
	link: string;
	/** The service's name for it, with or without extension. */
	filename: string;
	/** MIME type by the service's record; null: it says none. */
	mimeType: string | null;
	/** The user's name for it, without extension; empty: the service's name is kept. */
	baseName?: string;
}

/** The answer was not the file; the file may come later. */
export class NotTheFile extends ServiceError {}

/** Why a download's signal is aborted in the end: without a reason Node builds an error for each. */
const DOWNLOAD_OVER = 'the download is over';
/** A slower download is stopped: a host that sends single bytes would hold its item for ever. */
const LEAST_BYTES_PER_SECOND = 1_000;

/**
 * One try to stream a link's file into n8n's binary store, without the key.
 * @returns the file, or why there is none: RefusedLink, NotTheFile, ServiceError (`isRetryable`
 *   says whether it may pass) or ConfigurationError (larger than allowed)
 */
export async function download(
	settings: DownloadSettings,
	wanted: WantedFile,
): Promise<Downloaded | Error> {
	const written = readDataUri(wanted.link);
	if (written) return await keepWritten(settings, written, wanted);
	const { clock, stop, stallMs = LONGEST_SILENCE_MS } = settings;
	const abort = linkSignals(stop);
	const progress: Progress = { headBytes: 0, bytes: 0, close: () => abort.abort() };
	try {
		void guardPace(progress, clock, Math.min(stallMs, LONGEST_SILENCE_MS), abort.signal);
		const answer = await openLink(settings, wanted.link, wanted.filename, abort.signal);
		return answer instanceof Error ? answer : await keepAnswer(settings, wanted, answer, progress);
	} finally {
		// Ends the stream on every way out, so that no socket stays behind.
		abort.abort(DOWNLOAD_OVER);
		abort.release();
	}
}

/** What a download has brought so far, and how it is ended. */
interface Progress {
	/** Bytes that were read to find out what the answer is; their reader gets them again. */
	headBytes: number;
	bytes: number;
	close(error: Error): void;
}

/** A file that came in its link. */
async function keepWritten(
	{ maxFileBytes, prepareBinaryData }: DownloadSettings,
	written: DataUri,
	wanted: WantedFile,
): Promise<Downloaded | Error> {
	const bytes = written.bytes();
	if (maxFileBytes > 0 && bytes.length > maxFileBytes)
		return tooLargeError(wanted.filename, maxFileBytes);
	const head = { status: 200, headers: { 'content-type': written.mimeType } };
	const standIn = standInFor(
		{ status: 200, contentType: written.mimeType, head: bytes },
		expectedType(wanted),
	);
	if (standIn !== undefined) return notTheFile(wanted.filename, standIn);
	const mimeType = typeOf(wanted, head, bytes);
	const name = fileNameOf(wanted, head, mimeType);
	return {
		binary: await prepareBinaryData(bytes, name, mimeType),
		bytes: bytes.length,
		mimeType,
	};
}

async function keepAnswer(
	{ maxFileBytes, prepareBinaryData }: DownloadSettings,
	wanted: WantedFile,
	answer: OpenLink,
	progress: Progress,
): Promise<Downloaded | Error> {
	const { filename } = wanted;
	const { status, headers, stream } = answer;
	// An error after the reader has gone would otherwise end the process.
	stream.on('error', () => undefined);
	progress.close = (error) => stream.destroy(error);
	if (maxFileBytes > 0 && Number(headers['content-length']) > maxFileBytes)
		return tooLargeError(filename, maxFileBytes);
	const { head, isComplete, isBroken } = await firstBytes(
		stream,
		(bytes) => (progress.headBytes += bytes),
	);
	if (isBroken) return brokenOff(filename, messageOf(stream.errored));
	const { 'content-type': contentType, 'content-range': contentRange } = headers;
	const start = { status, contentType, contentRange, head };
	const standIn = standInFor(start, expectedType(wanted));
	if (standIn !== undefined)
		// The answer to a request with the key may repeat the key.
		return notTheFile(filename, answer.isKeyed ? `HTTP ${status}` : standIn);
	const mimeType = typeOf(wanted, answer, head);
	const stored = await store(
		isComplete ? Buffer.from(head) : stream,
		async (content) =>
			await prepareBinaryData(content, fileNameOf(wanted, answer, mimeType), mimeType),
		{ maxFileBytes, progress },
	);
	if ('binary' in stored) return { binary: stored.binary, bytes: progress.bytes, mimeType };
	return stored.isTooLarge
		? tooLargeError(filename, maxFileBytes)
		: brokenOff(filename, stored.reason);
}

type Stored = { binary: IBinaryData } | { isTooLarge: boolean; reason?: string };

/**
 * Passes a stream to n8n's store and checks that it is complete and not too large. The store would
 * wait for ever for the end of a stream that has ended already, so it gets the bytes that were read
 * instead.
 */
async function store(
	content: ByteStream | Buffer,
	prepare: (content: ByteStream | Buffer) => Promise<IBinaryData>,
	{ maxFileBytes, progress }: { maxFileBytes: number; progress: Progress },
): Promise<Stored> {
	const keep = async (): Promise<Stored> =>
		await prepare(content).then(
			(binary) => ({ binary }),
			(error: unknown) => ({ isTooLarge, reason: messageOf(error) }),
		);
	let isTooLarge = false;
	if (Buffer.isBuffer(content)) {
		progress.bytes = content.length;
		return maxFileBytes > 0 && content.length > maxFileBytes ? { isTooLarge: true } : await keep();
	}
	const stream = content;
	// n8n may keep half of a body that breaks off, without an error. The announced length is no proof
	// of completeness, since packed bodies are unpacked on the way.
	let hasEnded = false;
	stream.once('end', () => (hasEnded = true));
	onBytes(stream, (count) => {
		progress.bytes += count;
		if (maxFileBytes === 0 || progress.bytes <= maxFileBytes) return;
		isTooLarge = true;
		stream.destroy(new Error('It is larger than allowed'));
	});
	const stored = await keep();
	if (isTooLarge) return { isTooLarge };
	return 'binary' in stored && !hasEnded
		? { isTooLarge, reason: messageOf(stream.errored) }
		: stored;
}

const messageOf = (error: unknown) => textAt(recordOf(error), 'message');

/**
 * Ends a download that received almost nothing in a whole window, the wait for its head included.
 * With redirects off, n8n's helper sets no limit on a stream once its headers are there, and a host
 * that sends single bytes never reaches a limit on silence.
 */
async function guardPace(
	progress: Progress,
	clock: Clock,
	windowMs: number,
	signal: AbortSignal,
): Promise<void> {
	const received = () => progress.headBytes + progress.bytes;
	for (let seen = 0; ; seen = received()) {
		await clock.pause(windowMs, signal);
		if (signal.aborted) return;
		const bytes = received() - seen;
		if (bytes < (windowMs / 1_000) * LEAST_BYTES_PER_SECOND)
			return progress.close(
				new Error(
					bytes === 0
						? 'the connection went silent'
						: `only ${bytes} bytes arrived in ${windowMs / 1_000} s`,
				),
			);
	}
}

/** The kind of file that is expected, from all that is known before the request. */
function expectedType({ link, filename, mimeType }: WantedFile): string | null {
	return tellingType(mimeType) ?? mimeTypeOfName(filename) ?? mimeTypeOfLink(link);
}

/**
 * The kind of a received file: from the service's record, its name, its host, its link, and last
 * from its first bytes.
 */
function typeOf(wanted: WantedFile, { headers }: Pick<Head, 'headers'>, head: Uint8Array): string {
	const named = tellingType(wanted.mimeType) ?? mimeTypeOfName(wanted.filename);
	if (named !== null && named !== ANY_TYPE) return named;
	const received = tellingType(headers['content-type']);
	// Some hosts label every file of an unknown kind as text.
	const isBelieved = !received?.startsWith('text/') || binaryTypeOf(head) === null;
	const disposition = nameInDisposition(headers['content-disposition']);
	return (
		(isBelieved ? received : undefined) ??
		mimeTypeOfName(disposition ?? '') ??
		mimeTypeOfLink(wanted.link) ??
		named ??
		mimeTypeOfBytes(head) ??
		ANY_TYPE
	);
}

/**
 * The file's name: the user's, the service's, or for one without extension the host's, where that
 * has one.
 */
function fileNameOf(
	{ filename, link, baseName = '' }: WantedFile,
	{ headers }: Pick<Head, 'headers'>,
	mimeType: string,
): string {
	const names = [
		filename,
		nameInDisposition(headers['content-disposition']) ?? '',
		// The first is the end of the link's path, which object stores make up.
		...namesInLink(link).slice(1),
	];
	const name = names.find((candidate) => hasExtension(candidate)) ?? filename;
	if (baseName === '') return safeFileName(name, mimeType);
	const extension = /\.[a-z0-9]{1,12}$/i.exec(hasExtension(name) ? name.slice(-13) : '')?.[0];
	const usual = extensionFor(mimeType);
	return `${baseName}${extension ?? (usual === undefined ? '' : `.${usual}`)}`;
}

export function tooLargeError(filename: string, maxFileBytes: number): ConfigurationError {
	return new ConfigurationError(
		`"${filename}" is larger than the allowed ${maxFileBytes / 1_048_576} MB`,
		'Raise Max File Size, or switch Download off to get its link.',
	);
}

function notTheFile(filename: string, reason: string): NotTheFile {
	return new NotTheFile(`What came for "${filename}" is not the file (${reason})`, {
		isRetryable: true,
	});
}

function brokenOff(filename: string, reason?: string): ServiceError {
	return new ServiceError(
		`The download of "${filename}" broke off${reason === undefined ? '' : ` (${reason})`}`,
		{ isRetryable: true },
	);
}
