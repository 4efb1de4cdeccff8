import { absoluteLink } from './link';
import { ofRun, ServiceError } from '../errors';
import { download, type Downloaded } from './download';
import { RefusedLink } from './openLink';
import type { DownloadSettings } from './openLink';
import { createLimiter } from '../async/limiter';
import type { KnownRun, Output } from '../runs/run';

const DOWNLOADS_AT_A_TIME = 4;

export interface OutputSource extends Omit<DownloadSettings, 'maxFileBytes' | 'apiOrigin'> {
	/** Root of the API: links may be told as paths below it. */
	root: string;
	/** A new link for an output whose link was refused; undefined when the service has none. */
	freshLink(run: KnownRun | undefined, output: Output): Promise<string | undefined>;
}

/** Fetches an output's file into n8n's binary store, a few at a time; a link that was refused is replaced once. */
export type OutputFetcher = <O extends Output>(
	run: KnownRun | undefined,
	output: O,
	maxFileBytes: number,
) => Promise<{ output: O; file: Downloaded }>;

export function createOutputFetcher({ root, freshLink, ...settings }: OutputSource): OutputFetcher {
	const limit = createLimiter(DOWNLOADS_AT_A_TIME);
	const apiOrigin = new URL(root).origin;
	return async (run, output, maxFileBytes) =>
		await limit(async () => {
			const get = async (link: string) =>
				await download(
					{ ...settings, apiOrigin, maxFileBytes },
					absoluteLink(link, root),
					output.filename,
				);
			if (output.download_url === undefined)
				throw new ServiceError(`"${output.filename}" has no link`);
			const file = await get(output.download_url).catch((error: unknown) => error as Error);
			if (!(file instanceof Error)) return { output, file };
			const link = file instanceof RefusedLink ? await freshLink(run, output) : undefined;
			if (link === undefined) throw ofRun(file, run);
			const again = await get(link).catch((error: unknown) => error as Error);
			if (again instanceof Error) throw ofRun(again, run);
			return { output: { ...output, download_url: link }, file: again };
		});
}
