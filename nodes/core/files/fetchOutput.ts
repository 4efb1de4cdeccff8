import { createLimiter } from '../async/limiter';
import { ExecutionCancelledError, ofRun, ServiceError } from '../errors';
import type { KnownRun, Output } from '../runs/run';
import { download, type Downloaded, NotTheFile, tooLargeError, type WantedFile } from './download';
import { findFreshLink, type LinkSource } from './freshLink';
import { absoluteLink } from './link';
import { type DownloadSettings, RefusedLink } from './openLink';
import { type DownloadTries, nextTry, type Shortfall } from './patience';

/**
 * Small files cost three round trips each (n8n keeps no connection). One listing may find forty runs
 * ended: eight at a time took longer for their files than the last runs took to end. Bytes are
 * streamed, so that sixteen large files cost little memory.
 */
const DOWNLOADS_AT_A_TIME = 16;

export interface OutputSource
	extends Omit<DownloadSettings, 'maxFileBytes' | 'stallMs' | 'apiOrigin'> {
	/** Root of the API: links may be written as paths below it. */
	root: string;
	/** Where a new link is had for an output whose link was refused. */
	links: LinkSource;
}

/** What the user wishes of a download. */
export interface FetchSettings extends Pick<DownloadSettings, 'maxFileBytes' | 'stallMs'> {
	/** Name of the file without extension; empty: the service's name. */
	baseName?: string;
}

/**
 * Fetches an output's file into n8n's binary store, a few at a time. A link that was refused is
 * replaced once; what is not there yet is waited for.
 * @throws ServiceError | ConfigurationError (larger than allowed) | ExecutionCancelledError
 */
export type OutputFetcher = <O extends Output>(
	run: KnownRun | undefined,
	output: O,
	settings: FetchSettings,
) => Promise<{ output: O; file: Downloaded }>;

export function createOutputFetcher({ root, links, ...source }: OutputSource): OutputFetcher {
	const limit = createLimiter(DOWNLOADS_AT_A_TIME);
	const apiOrigin = new URL(root).origin;
	const { clock, stop } = source;
	return async (run, output, { baseName, ...settings }) => {
		const { filename, mime_type: mimeType, file_size: size = 0 } = output;
		if (output.download_url === undefined)
			throw new ServiceError(`"${filename}" has no link`, {
				hint: 'It is listed without a link, so it cannot be downloaded. Check that the workflow saves it as a file.',
			});
		if (settings.maxFileBytes > 0 && size > settings.maxFileBytes)
			throw tooLargeError(filename, settings.maxFileBytes);
		const tries: DownloadTries = { isFresh: false, absent: 0, passing: 0 };
		for (let link = output.download_url; ; ) {
			const wanted: WantedFile = { link: absoluteLink(link, root), filename, mimeType, baseName };
			// A slot is occupied while bytes are transferred, not during the pauses between checks.
			const file = await limit(
				async () => await download({ ...source, ...settings, apiOrigin }, wanted),
			);
			if (stop?.aborted) throw new ExecutionCancelledError();
			if (!(file instanceof Error)) return { output: { ...output, download_url: link }, file };
			const shortfall = count(tries, file);
			const asked = file instanceof ServiceError ? file.facts.retryAfterMs : undefined;
			const next = nextTry(shortfall, tries, asked, clock.random());
			if (next.act === 'giveUp') throw ofRun(file, run);
			if (next.act === 'wait') {
				await clock.pause(next.pauseMs, stop);
				continue;
			}
			const fresh = await freshLink(links, run, output);
			// Where the service has no new link, a refusal is final. Another answer in the file's place
			// may still be replaced by the file.
			if (fresh === undefined && shortfall === 'refused') throw ofRun(file, run);
			link = fresh ?? link;
			Object.assign(tries, { isFresh: true, absent: 0 } satisfies Partial<DownloadTries>);
		}
	};
}

/**
 * If the service fails to name a new link, the user should read why the file could not be fetched.
 */
async function freshLink(
	links: LinkSource,
	run: KnownRun | undefined,
	output: Output,
): Promise<string | undefined> {
	const found = await findFreshLink(links, run, output).catch((error: unknown) => error as Error);
	if (found instanceof ExecutionCancelledError) throw found;
	return found instanceof Error ? undefined : found;
}

/** Notes a failed try. */
function count(tries: DownloadTries, error: Error): Shortfall {
	const shortfall = shortfallOf(error);
	if (shortfall === 'passing') tries.passing++;
	else tries.absent++;
	return shortfall;
}

function shortfallOf(error: Error): Shortfall {
	if (error instanceof RefusedLink) return 'refused';
	if (error instanceof NotTheFile) return 'absent';
	return error instanceof ServiceError && error.facts.isRetryable ? 'passing' : 'final';
}
