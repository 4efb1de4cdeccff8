import type { IExecuteFunctions } from 'n8n-workflow';
import type { Clock } from '../async/clock';
import { type Head, type Http, isNetworkFailure, type StreamAnswer } from '../http/http';
import { ServiceError } from '../errors';
import type { NetworkFailure } from '../http/networkError';
import { headerText } from '../http/webAddress';
import { retryAfterMs } from '../http/retry';
import { isRetryableStatus } from '../http/statuses';

export interface DownloadSettings {
	http: Http;
	/**
	 * Origin of the API: only there may a self-signed certificate be accepted, and only there goes
	 * the key.
	 */
	apiOrigin: string;
	isCertificateUnchecked: boolean;
	clock: Clock;
	stop?: AbortSignal;
	prepareBinaryData: IExecuteFunctions['helpers']['prepareBinaryData'];
	/** 0: no limit */
	maxFileBytes: number;
	/** A download that receives almost nothing for this long is given up; default a minute. */
	stallMs?: number;
}

/**
 * A link that the download host does not accept (any more); asking the service for a new one may
 * help, once.
 */
export class RefusedLink extends ServiceError {}

/**
 * An open link. `isKeyed`: it was opened with the credential, so its text may hold what must not be
 * shown.
 */
export type OpenLink = StreamAnswer & { isKeyed: boolean };

const REFUSED = new Set([400, 401, 403, 404, 410]);
const PROTECTED = new Set([401, 403]);
const MOST_REDIRECTS = 5;
/** A connection that receives no byte for this long is given up. */
export const LONGEST_SILENCE_MS = 60_000;

/**
 * Opens a link, following redirects by hand: every hop is asked without the key, and n8n's own
 * checks see each of them. A link on the API's own origin that wants a credential gets it; what it
 * redirects to does not.
 */
export async function openLink(
	settings: DownloadSettings,
	link: string,
	filename: string,
	signal: AbortSignal,
): Promise<OpenLink | Error> {
	let url = link;
	for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
		const target = URL.canParse(url) ? new URL(url) : undefined;
		if (target === undefined || !/^https?:$/.test(target.protocol))
			return new ServiceError(`The link to "${filename}" is not a web address`, {
				hint: 'The service that stores the files returned something else, such as a path on its disk. Set up its storage for downloads.',
			});
		const isOfApi = target.origin === settings.apiOrigin;
		const open = openTarget(settings, url, isOfApi, signal);
		let isKeyed = false;
		let answer = await open.withoutKey();
		if (hops === 0 && isOfApi && !isNetworkFailure(answer) && PROTECTED.has(answer.status)) {
			answer.stream.destroy();
			isKeyed = true;
			answer = await open.withKey();
		}
		if (isNetworkFailure(answer)) return networkError(answer, target.host, filename);
		if (answer.status >= 200 && answer.status < 300) return { ...answer, isKeyed };
		answer.stream.destroy();
		const location = answer.headers.location && headerText(answer.headers.location);
		if (answer.status < 300 || answer.status >= 400 || location === undefined)
			return statusError(answer, target.host, filename, settings.clock.now());
		url = URL.canParse(location, url) ? new URL(location, url).href : location;
	}
	return new ServiceError(`The link to "${filename}" redirects more than ${MOST_REDIRECTS} times`, {
		hint: 'The storage of the files, or a proxy before it, redirects in circles. Check its configuration.',
	});
}

/** The two requests for a file: without the key, which is the usual one, and with it. */
function openTarget(
	{ http, isCertificateUnchecked }: DownloadSettings,
	url: string,
	isOfApi: boolean,
	signal: AbortSignal,
) {
	const call = {
		url,
		signal,
		isDetached: true,
		idleMs: LONGEST_SILENCE_MS,
		headers: { 'Accept-Encoding': 'identity' },
	};
	return {
		withoutKey: async () =>
			await http.openPublic({
				...call,
				isCertificateUnchecked: isCertificateUnchecked && isOfApi,
			}),
		withKey: async () => await http.open(call),
	};
}

function networkError(failure: NetworkFailure, host: string, filename: string): ServiceError {
	const { code, text, isRetryable } = failure;
	return new ServiceError(`"${filename}" could not be fetched from ${host}. ${text}.`, {
		code,
		isRetryable,
	});
}

function statusError(
	{ status, headers }: Head,
	host: string,
	filename: string,
	nowMs: number,
): ServiceError {
	const facts = {
		status,
		isRetryable: isRetryableStatus(status),
		retryAfterMs: retryAfterMs(headers['retry-after'], nowMs, headers.date),
	};
	const text = `"${filename}" could not be fetched: ${host} answered HTTP ${status}`;
	return REFUSED.has(status) ? new RefusedLink(text, facts) : new ServiceError(text, facts);
}
