import type { IExecuteFunctions } from 'n8n-workflow';
import type { Clock } from '../async/clock';
import { type Http, isNetworkFailure, type StreamAnswer } from '../http/http';
import { ServiceError } from '../errors';
import { retryAfterMs } from '../http/retry';
import { isRetryableStatus } from '../http/statuses';

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
export class RefusedLink extends ServiceError {}

export const REFUSED = new Set([400, 401, 403, 404, 410]);
export const MOST_REDIRECTS = 5;
/** A download that brings no byte for this long is given up. */
export const LONGEST_SILENCE_MS = 60_000;
/** Follows redirects by hand: every hop is asked without the key, and n8n's own checks see each of them. */
export async function openLink(
	settings: DownloadSettings,
	link: string,
	filename: string,
	signal: AbortSignal,
): Promise<StreamAnswer | Error> {
	let url = link;
	for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
		const target = URL.canParse(url) ? new URL(url) : undefined;
		if (target === undefined || !/^https?:$/.test(target.protocol))
			return new ServiceError(`The link to "${filename}" is not a web address`);
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
		if (isNetworkFailure(answer))
			return new ServiceError(
				`"${filename}" could not be fetched from ${target.host}. ${answer.text}.`,
				{ code: answer.code, isRetryable: answer.isRetryable },
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
			isRetryable: isRetryableStatus(status),
			retryAfterMs: retryAfterMs(headers['retry-after'], settings.clock.now(), headers.date),
		};
		const text = `"${filename}" could not be fetched: ${target.host} answered HTTP ${status}`;
		return REFUSED.has(status) ? new RefusedLink(text, facts) : new ServiceError(text, facts);
	}
	return new ServiceError(`The link to "${filename}" redirects more than ${MOST_REDIRECTS} times`);
}
