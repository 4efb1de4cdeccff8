import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { type ByteStream, onBytes } from './byteStream';
import type { Clock } from './clock';
import { type DataUri, readDataUri } from './dataUri';
import { ServiceFailure, Stopped, UserMistake } from './errors';
import { safeFileName } from './fileName';
import { type Head, type Http, isLoss, type StreamAnswer } from './http';
import { linkSignals } from './linkedSignal';
import { mimeTypeOf, mimeTypeOfName } from './mimeType';
import { isPassingStatus, pauseBeforeRetry, READ_TRIES, retryAfterMs } from './retry';

export interface Downloaded {
	binary: IBinaryData;
	bytes: number;
	mimeType: string;
}

export interface DownloadSettings {
	http: Http;
	/** Origin of the API: only there may a self-signed certificate be accepted. */
	apiOrigin: string;
	isCertificateUnchecked: boolean;
	clock: Clock;
	stop?: AbortSignal;
	prepareBinaryData: IExecuteFunctions['helpers']['prepareBinaryData'];
	/** 0: no limit */
	maxFileBytes: number;
}

/** A link that the download host does not accept (any more); asking the service for a new one may help, once. */
export class RefusedLink extends ServiceFailure {}

const REFUSED = new Set([400, 401, 403, 404, 410]);
const MOST_REDIRECTS = 5;
/** A download that brings no byte for this long is given up. */
const LONGEST_SILENCE_MS = 60_000;

/**
 * Streams a link into n8n's binary store, without the key. Passing failures, a body that breaks off included, are tried again.
 * @throws RefusedLink | ServiceFailure | UserMistake (larger than allowed) | Stopped
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
		if (stop?.aborted) throw new Stopped();
		const result = await tryDownload(settings, link, filename);
		if (stop?.aborted) throw new Stopped();
		if (!(result instanceof Error)) return result;
		const isPassing = result instanceof ServiceFailure && result.facts.isPassing;
		if (!isPassing || tries >= READ_TRIES) throw result;
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

function tooLarge(filename: string, maxFileBytes: number): UserMistake {
	return new UserMistake(
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
	const life = linkSignals(stop);
	try {
		const answer = await follow(settings, link, filename, life.signal);
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
		void guardSilence(stream, () => bytes, clock, life.signal);
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
		life.abort();
		life.release();
	}
}

/** Follows redirects by hand: every hop is asked without the key, and n8n's own checks see each of them. */
async function follow(
	settings: DownloadSettings,
	link: string,
	filename: string,
	signal: AbortSignal,
): Promise<StreamAnswer | Error> {
	let url = link;
	for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
		const target = URL.canParse(url) ? new URL(url) : undefined;
		if (target === undefined || !/^https?:$/.test(target.protocol))
			return new ServiceFailure(`The link to "${filename}" is not a web address`);
		const isCertificateUnchecked =
			settings.isCertificateUnchecked && target.origin === settings.apiOrigin;
		const answer = await settings.http.openPublic({
			url,
			signal,
			isDetached: true,
			isCertificateUnchecked,
			idleMs: LONGEST_SILENCE_MS,
			headers: { 'Accept-Encoding': 'identity' },
		});
		if (isLoss(answer))
			return new ServiceFailure(
				`"${filename}" could not be fetched from ${target.host}. ${answer.text}.`,
				{ code: answer.code, isPassing: answer.isPassing },
			);
		const { status, headers, stream } = answer;
		if (status >= 200 && status < 300) return answer;
		stream.destroy();
		if (status >= 300 && status < 400 && headers.location !== undefined) {
			url = URL.canParse(headers.location, url)
				? new URL(headers.location, url).href
				: headers.location;
			continue;
		}
		const facts = {
			status,
			isPassing: isPassingStatus(status),
			retryAfterMs: retryAfterMs(headers['retry-after'], settings.clock.now()),
		};
		const text = `"${filename}" could not be fetched: ${target.host} answered HTTP ${status}`;
		return REFUSED.has(status) ? new RefusedLink(text, facts) : new ServiceFailure(text, facts);
	}
	return new ServiceFailure(
		`The link to "${filename}" redirects more than ${MOST_REDIRECTS} times`,
	);
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

function notTheFile(filename: string, reason: string): ServiceFailure {
	return new ServiceFailure(`What came for "${filename}" is not the file (${reason})`, {
		isPassing: true,
	});
}

function brokenOff(filename: string, cause?: Error): ServiceFailure {
	return new ServiceFailure(
		`The download of "${filename}" broke off${cause ? ` (${cause.message})` : ''}`,
		{ isPassing: true },
	);
}
