import type { IBinaryKeyData } from 'n8n-workflow';
import { firstFew, orServiceError, ServiceError } from '../errors';
import type { ItemOutput } from '../items/operation';
import { dataOf } from '../json';
import { type KnownRun, MISSING, type Output, type Run } from '../runs/run';
import type { Downloaded } from './download';
import type { FetchSettings, OutputFetcher } from './fetchOutput';
import { readDataUri } from './link';
import { asJson } from '../nodeStore';

export interface OutputSettings extends FetchSettings {
	isDownloaded: boolean;
	/** Name of the first binary field; the next are `name_1`, `name_2` … */
	binaryField: string;
	/** One item for the run, or one for each of its outputs. */
	perOutput: boolean;
	/** A run whose outputs cannot be fetched becomes an item, too. */
	isFailedRunAnItem: boolean;
	/** Where the next node finds a binary field: n8n can move files among the item's JSON. */
	placeOf(field: string, file: Downloaded): string;
	/** Receives warnings about runs that become items although something is missing. */
	warn(text: string): void;
}

/** How files are fetched, now and later. */
export interface FileAccess {
	fetchOutput: OutputFetcher;
	/** The operation that gets an ended run's outputs, as the user sees it: "Run > Get Outputs". */
	outputsOperation: string;
}

/** An output with its file, or with the reason for having none. */
interface Fetched {
	output: Output;
	file?: Downloaded;
	failure?: ServiceError;
}

/**
 * A finished run as items, with its files in binary fields if the user wants that. An output that
 * cannot be fetched stays in the list as `missing`, and the item has the others.
 * @throws ServiceError when an output is missing and no other is there, unless that is an item
 */
export async function outputItems(
	run: KnownRun,
	settings: OutputSettings,
	source: FileAccess,
): Promise<ItemOutput[]> {
	const fetched = await fetchAll(run, settings, source.fetchOutput);
	const missing = fetched.filter(({ output }) => output.generation_status === MISSING);
	const isAnyThere = fetched.some(isThere);
	if (missing.length > 0) {
		if (!isAnyThere && !settings.isFailedRunAnItem) throw nothingThere(run, missing, source);
		settings.warn(missingText(run, missing, fetched.length));
	}
	const groups =
		settings.perOutput && fetched.length > 0 ? fetched.map((entry) => [entry]) : [fetched];
	return groups.map((group) => itemOfGroup(run, group, settings));
}

const isThere = ({ output: { download_url: link, file_content: content }, failure }: Fetched) =>
	failure === undefined && (link !== undefined || content !== undefined);

async function fetchAll(
	run: KnownRun,
	{ isDownloaded, baseName = '', ...settings }: OutputSettings,
	fetch: OutputFetcher,
): Promise<Fetched[]> {
	let files = 0;
	return await Promise.all(
		run.outputs.map(async (output): Promise<Fetched> => {
			if (!isDownloaded || output.download_url === undefined) return { output };
			const place = files++;
			const numbered = baseName === '' || place === 0 ? baseName : `${baseName}_${place}`;
			const result = await fetch(run, output, { ...settings, baseName: numbered }).catch(
				orServiceError,
			);
			return result instanceof ServiceError
				? { output: { ...output, generation_status: MISSING }, failure: result }
				: result;
		}),
	);
}

function itemOfGroup(run: Run, group: Fetched[], settings: OutputSettings): ItemOutput {
	const binary: IBinaryKeyData = {};
	let files = 0;
	const outputs = group.map(({ output, file }) => {
		if (file === undefined) return output;
		const place = files++;
		const field = place === 0 ? settings.binaryField : `${settings.binaryField}_${place}`;
		binary[field] = file.binary;
		return { ...downloadedOutput(output, file), binary_field: settings.placeOf(field, file) };
	});
	return itemOf({ ...run, outputs }, binary);
}

/**
 * An output whose file was fetched. A link that holds the file itself would put all of it into the
 * item a second time.
 */
export function downloadedOutput<O extends Output>(output: O, file: Downloaded): O {
	const link = readDataUri(output.download_url ?? '') ? { download_url: undefined } : {};
	return { ...output, ...link, mime_type: file.mimeType, file_size: file.bytes };
}

function nothingThere(
	run: KnownRun,
	missing: Fetched[],
	{ outputsOperation }: FileAccess,
): ServiceError {
	const failure = missing.find((entry) => entry.failure !== undefined)?.failure;
	const names = missing.map(({ output }) => output.filename).join(', ');
	const hint = `Fetch it later with ${outputsOperation} and this run ID.`;
	return failure === undefined
		? new ServiceError(`The run succeeded, but its output ${names} is not there`, {
				runId: run.run_id,
				state: run.state,
				hint,
			})
		: new ServiceError(failure.message, {
				...failure.facts,
				hint: failure.facts.hint ?? hint,
			});
}

function missingText(run: KnownRun, missing: Fetched[], total: number): string {
	const reasonOf = ({ output, failure }: Fetched) =>
		failure?.message ?? `"${output.filename}" is not there`;
	return `${missing.length} of ${total} outputs missing: ${firstFew(missing, 10, reasonOf, '; ')} (run ${run.run_id})`;
}

/**
 * The service's own object. A key `error` in it is renamed: n8n takes a first item with that key
 * for a failed try, and with "Retry On Fail" runs the whole node again.
 */
export function rawItem(raw: object): ItemOutput {
	return {
		json: dataOf(
			Object.entries(raw).map(([key, value]) => [key === 'error' ? 'service_error' : key, value]),
		),
	};
}

export function itemOf(run: Run | Output, binary: IBinaryKeyData = {}): ItemOutput {
	const json = asJson(run);
	return Object.keys(binary).length > 0 ? { json, binary } : { json };
}
