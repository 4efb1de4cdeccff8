import { BINARY_MODE_COMBINED, type INodeProperties } from 'n8n-workflow';
import type { OutputSettings } from './outputItems';
import { isTool } from '../items/agentTool';
import type { Item } from '../items/item';
import { combinedPlaceOf } from '../items/itemFiles';
import { addHint, binaryModeOf } from '../items/olderN8n';
import { cleanText, ConfigurationError } from '../errors';
import { safeBaseName } from './fileType';

const BYTES_PER_MB = 1_048_576;
/** However short the Timeout, a download has this long to bring its first kilobytes. */
const SHORTEST_STALL_MS = 5_000;
export const downloadOption: INodeProperties = {
	displayName: 'Download',
	name: 'download',
	type: 'boolean',
	default: true,
	description:
		'Whether to download the files into binary fields. Otherwise the items hold links, which expire.',
};
export const binaryFieldOption: INodeProperties = {
	displayName: 'Put Output File in Field',
	name: 'binaryField',
	type: 'string',
	default: 'data',
	hint: 'The next files go to data_1, data_2 …',
	description: 'Name of the binary field for the first file',
};

/**
 * How files of a finished run come out; part of the Options of every operation that fetches
 * outputs.
 */
export const outputOptions: INodeProperties[] = [
	downloadOption,
	{
		displayName: 'File Name',
		name: 'fileName',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.sku }}',
		hint: 'The second file gets _1, the third _2 …',
		description: "Name of the item's files without extension. Empty keeps their original names.",
	},
	{
		displayName: 'Max File Size (MB)',
		name: 'maxFileSize',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'Refuse a larger file without reading it (1 MB = 1,048,576 bytes). 0 means no limit.',
	},
	{
		displayName: 'Output Items',
		name: 'outputItems',
		type: 'options',
		options: [
			{
				name: 'One per Output',
				value: 'perOutput',
				description: 'Each output of a run becomes an item of its own',
			},
			{ name: 'One per Run', value: 'perRun', description: 'All outputs of a run in one item' },
		],
		default: 'perRun',
		description: 'How the outputs of a run are spread over items',
	},
	binaryFieldOption,
];

const FIELD_LABEL = 'Put Output File in Field';
/**
 * Names that reach an object's prototype. A file under such a name would vanish, or would be found
 * where there is none.
 */
const NO_FIELDS = new Set(['__proto__', 'constructor', 'prototype']);

/** The name of the binary field that files go to. @throws ConfigurationError */
export function readBinaryField(item: Item, name: string): string {
	const field = item.optionalText(name, FIELD_LABEL, 'data');
	if (field === '')
		throw new ConfigurationError(
			`${FIELD_LABEL} is empty`,
			'Enter the name of the binary field, for example data.',
		);
	if (NO_FIELDS.has(field))
		throw new ConfigurationError(
			`${FIELD_LABEL} cannot be "${field}"`,
			'Enter another name, for example data.',
		);
	return field;
}

/**
 * Where the next node finds a binary field: with the workflow setting "combined" n8n moves stored
 * files to `_files` among the item's JSON (n8n 2; not files that it keeps in memory). n8n 1 has
 * neither the setting nor the constant: a workflow that was exported from n8n 2 may hold the
 * setting there, and its files stay where they are.
 */
export function readFilePlace({ context }: Item): OutputSettings['placeOf'] {
	const binaryMode = binaryModeOf(context);
	const isCombined = binaryMode !== undefined && binaryMode === BINARY_MODE_COMBINED;
	return (field, { binary }) =>
		isCombined && binary.id !== undefined ? combinedPlaceOf(field) : field;
}

/** Shows a warning with the node's result, and in n8n's log. */
function warnWith({ context }: Item): OutputSettings['warn'] {
	return (text) => {
		context.logger.warn(`${context.getNode().name}: ${cleanText(text)}`);
		addHint(context, { message: cleanText(text), type: 'warning', location: 'outputPane' });
	};
}

/** @throws ConfigurationError */
export function readOutputSettings(item: Item): OutputSettings {
	const timeoutMs = item.amount('options.timeout', 'Timeout', 0, 0) * 1000;
	return {
		// An agent gets links: n8n drops a tool's binaries, or puts an error in their place.
		isDownloaded: item.flag('options.download', true) && !isTool(item.context),
		perOutput:
			item.choice('options.outputItems', 'Output Items', ['perRun', 'perOutput']) === 'perOutput',
		binaryField: readBinaryField(item, 'options.binaryField'),
		baseName: safeBaseName(item.optionalText('options.fileName', 'File Name')),
		maxFileBytes: item.amount('options.maxFileSize', 'Max File Size', 0, 0) * BYTES_PER_MB,
		stallMs: timeoutMs > 0 ? Math.max(timeoutMs, SHORTEST_STALL_MS) : undefined,
		isFailedRunAnItem:
			item.choice('options.onFailedRun', 'On Failed Run', ['error', 'item']) === 'item',
		placeOf: readFilePlace(item),
		warn: warnWith(item),
	};
}
