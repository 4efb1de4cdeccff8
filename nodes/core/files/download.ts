import type { IBinaryData } from 'n8n-workflow';
import { type ByteStream, onBytes } from '../http/byteStream';
import type { Clock } from '../async/clock';
import { type DataUri, readDataUri } from './link';
import { ServiceError, ExecutionCancelledError, ConfigurationError } from '../errors';
import { safeFileName } from './fileType';
import type { Head } from '../http/http';
import { linkSignals } from '../async/signals';
import { mimeTypeOf, mimeTypeOfName } from './fileType';
import { pauseBeforeRetry, READ_TRIES } from '../http/retry';
import { type DownloadSettings, openLink, LONGEST_SILENCE_MS } from './openLink';

export interface Downloaded {
	binary: IBinaryData;
	bytes: number;
	mimeType: string;
}

/**
 * Streams a link into n8n's binary store, without the key. Passing failures, a body that breaks off included, are tried again.
 * @throws RefusedLink | ServiceError | ConfigurationError (larger than allowed) | ExecutionCancelledError
 */
export async function download(
	settings: DownloadSettings,
	link: string,
	filename: string,
): Promise<Downloaded> {
	const { clock, stop } = settings;
	const written = readDataUri(link);
	if (written) return await keep(settings, written, filename);
	for (let tries = 1; ; tries++) {
		if (stop?.aborted) throw new ExecutionCancelledError();
		const result = await tryDownload(settings, link, filename);
		if (stop?.aborted) throw new ExecutionCancelledError();
		if (!(result instanceof Error)) return result;
		const isRetryable = result instanceof ServiceError && result.facts.isRetryable;
		if (!isRetryable || tries >= READ_TRIES) throw result;
		await clock.pause(pauseBeforeRetry(tries, result.facts.retryAfterMs, clock.random()), stop);
	}
}

/** A file that came in its link. */
async function keep(
	{ maxFileBytes, prepareBinaryData }: DownloadSettings,
	written: DataUri,
	filename: string,
): Promise<Downloaded> {
	const bytes = written.bytes();
	if (maxFileBytes > 0 && bytes.length > maxFileBytes) throw tooLarge(filename, maxFileBytes);
	if (bytes.length === 0) throw notTheFile(filename, 'it is empty');
	const mimeType = mimeTypeOf(filename, written.mimeType);
	return {
		binary: await prepareBinaryData(bytes, safeFileName(filename, mimeType), mimeType),
		bytes: bytes.length,
		mimeType,
	};
}

function tooLarge(filename: string, maxFileBytes: number): ConfigurationError {
	return new ConfigurationError(
		`"${filename}" is larger than the allowed ${maxFileBytes / 1_048_576} MB`,
		'Raise Max File Size, or switch Download off to get its link.',
	);
}

async function tryDownload(
	settings: DownloadSettings,
	link: string,
	filename: string,
): Promise<Downloaded | Error> {
	const { clock, maxFileBytes, prepareBinaryData, stop } = settings;
	const abort = linkSignals(stop);
	try {
		const answer = await openLink(settings, link, filename, abort.signal);
		if (answer instanceof Error) return answer;
		const { headers, stream } = answer;
		if (maxFileBytes > 0 && Number(headers['content-length']) > maxFileBytes)
			return tooLarge(filename, maxFileBytes);
		if (isNoFile(answer, filename))
			return notTheFile(filename, `HTTP ${answer.status}, ${headers['content-type'] ?? 'no type'}`);
		let bytes = 0;
		let isTooLarge = false;
		// Of a body that breaks off n8n may keep the half without a word. Its length tells nothing: what a store keeps packed is unpacked on the way.
		let hasEnded = false;
		stream.once('end', () => (hasEnded = true));
		onBytes(stream, (count) => {
			bytes += count;
			if (maxFileBytes === 0 || bytes <= maxFileBytes) return;
			isTooLarge = true;
			stream.destroy(tooLarge(filename, maxFileBytes));
		});
		void guardSilence(stream, () => bytes, clock, abort.signal);
		const mimeType = mimeTypeOf(filename, headers['content-type'], link);
		const binary = await prepareBinaryData(
			stream,
			safeFileName(filename, mimeType),
			mimeType,
		).catch((error: Error) => error);
		if (isTooLarge) return tooLarge(filename, maxFileBytes);
		if (binary instanceof Error) return brokenOff(filename, binary);
		if (!hasEnded) return brokenOff(filename);
		if (bytes === 0 && isMedia(filename)) return notTheFile(filename, 'it is empty');
		return { binary, bytes, mimeType };
	} finally {
		// Ends the stream on every way out, so that no socket stays behind.
		abort.abort();
		abort.release();
	}
}

/** With redirects off, n8n's helper does not guard a stream once its headers are there. */
async function guardSilence(
	stream: ByteStream,
	bytes: () => number,
	clock: Clock,
	signal: AbortSignal,
): Promise<void> {
	for (
		let seen = -1;
		!stream.destroyed && !signal.aborted;
		await clock.pause(LONGEST_SILENCE_MS, signal)
	) {
		if (bytes() === seen) stream.destroy(new Error('The connection went silent'));
		seen = bytes();
	}
}

const isMedia = (filename: string) => /^(image|video|audio)\//.test(mimeTypeOfName(filename) ?? '');

/** A proxy's page that says "please wait" with status 200 would otherwise be stored as the picture. */
function isNoFile({ status, headers }: Head, filename: string): boolean {
	return (
		status === 204 || (isMedia(filename) && /^text\/html/i.test(headers['content-type'] ?? ''))
	);
}

function notTheFile(filename: string, reason: string): ServiceError {
	return new ServiceError(`What came for "${filename}" is not the file (${reason})`, {
		isRetryable: true,
	});
}

function brokenOff(filename: string, cause?: Error): ServiceError {
	return new ServiceError(
		`The download of "${filename}" broke off${cause ? ` (${cause.message})` : ''}`,
		{ isRetryable: true },
	);
}
