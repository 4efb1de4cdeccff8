import type { INodeProperties } from 'n8n-workflow';
import type { OutputSettings } from './outputItems';
import { isTool } from '../items/agentTool';
import type { Item } from '../items/item';
import { ConfigurationError } from '../errors';

export const BYTES_PER_MB = 1_048_576;
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

/** How files of a finished run come out; part of the Options of every operation that fetches outputs. */
export const outputOptions: INodeProperties[] = [
	downloadOption,
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
	},
	binaryFieldOption,
];

/** @throws ConfigurationError */
export function readOutputSettings(item: Item): OutputSettings & { maxFileBytes: number } {
	const binaryField = item.optionalText('options.binaryField', 'data');
	if (binaryField === '')
		throw new ConfigurationError(
			'Put Output File in Field is empty',
			'Enter the name of the binary field, for example data.',
		);
	return {
		// An agent gets links: n8n drops a tool's binaries, or puts an error in their place.
		isDownloaded: item.flag('options.download', true) && !isTool(item.context),
		perOutput:
			item.choice('options.outputItems', 'Output Items', ['perRun', 'perOutput']) === 'perOutput',
		binaryField,
		maxFileBytes: item.amount('options.maxFileSize', 'Max File Size', 0, 0) * BYTES_PER_MB,
	};
}
