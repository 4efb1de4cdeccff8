import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';
import { readDataUri } from './link';
import { dataOf } from '../json';
import type { ItemOutput } from '../items/operation';
import type { KnownRun, Output, Run } from '../runs/run';
import type { Downloaded } from './download';

export interface OutputSettings {
	isDownloaded: boolean;
	/** Name of the first binary field; the next are `name_1`, `name_2` … */
	binaryField: string;
	/** One item for the run, or one for each of its outputs. */
	perOutput: boolean;
}

/** Fetches one output's file. */
export type FetchOutput = (
	run: KnownRun,
	output: Output,
) => Promise<{ output: Output; file: Downloaded }>;

/** A finished run as items, its files in binary fields where that is wished. */
export async function outputItems(
	run: KnownRun,
	settings: OutputSettings,
	fetch: FetchOutput,
): Promise<ItemOutput[]> {
	const fetched = await Promise.all(
		run.outputs.map(async (output) =>
			settings.isDownloaded && output.download_url !== undefined
				? await fetch(run, output)
				: { output, file: undefined },
		),
	);
	const groups =
		settings.perOutput && fetched.length > 0 ? fetched.map((entry) => [entry]) : [fetched];
	return groups.map((group) => {
		const binary: IBinaryKeyData = {};
		const outputs = group.map(({ output, file }) => {
			if (file === undefined) return output;
			const count = Object.keys(binary).length;
			const field = count === 0 ? settings.binaryField : `${settings.binaryField}_${count}`;
			binary[field] = file.binary;
			// A link that holds the file itself would put all of it into the item a second time.
			const link = readDataUri(output.download_url ?? '') ? { download_url: undefined } : {};
			return {
				...output,
				...link,
				mime_type: file.mimeType,
				binary_field: field,
				file_size: file.bytes,
			};
		});
		return itemOf({ ...run, outputs }, binary);
	});
}

/**
 * The service's own object. A key `error` in it is renamed: n8n takes a first item with that key for a failed try, and with "Retry On
 * Fail" runs the whole node again.
 */
export function rawItem(raw: object): ItemOutput {
	return {
		json: dataOf(
			Object.entries(raw).map(([key, value]) => [key === 'error' ? 'service_error' : key, value]),
		),
	};
}

export function itemOf(run: Run | Output, binary: IBinaryKeyData = {}): ItemOutput {
	const json = run as unknown as IDataObject;
	return Object.keys(binary).length > 0 ? { json, binary } : { json };
}
