import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { readCsv } from './readCsv';
import { expectOnly, options, standIn, text, type Work } from './standIn';
import { zipOf } from './zipOf';

const convertToFile: Work = {
	async execute() {
		expectOnly(this, 'operation', 'toText');
		const made = this.getInputData().map(async ({ json }, item): Promise<INodeExecutionData> => {
			const content = json[this.getNodeParameter('sourceProperty', item) as string];
			const fileName = this.getNodeParameter('options.fileName', item, 'file.txt') as string;
			const field = this.getNodeParameter('binaryPropertyName', item) as string;
			const file = await this.helpers.prepareBinaryData(
				Buffer.from(String(content)),
				fileName,
				'text/plain',
			);
			return { json: {}, binary: { [field]: file }, pairedItem: { item } };
		});
		return [await Promise.all(made)];
	},
};

/** A table whose first row names the columns; what is empty is left out. */
const extractFromFile: Work = {
	async execute() {
		expectOnly(this, 'operation', 'csv');
		const read = this.getInputData().map(async (_, item): Promise<INodeExecutionData[]> => {
			const field = this.getNodeParameter('binaryPropertyName', item) as string;
			const bytes = await this.helpers.getBinaryDataBuffer(item, field);
			const [names, ...rows] = readCsv(bytes.toString());
			return rows.map((row) => {
				const cells = row.map((cell, column) => [names[column], cell] as const);
				return {
					json: Object.fromEntries(cells.filter(([, cell]) => cell !== '')) as IDataObject,
					pairedItem: { item },
				};
			});
		});
		return [(await Promise.all(read)).flat()];
	},
};

const compression: Work = {
	async execute() {
		expectOnly(this, 'operation', 'compress');
		expectOnly(this, 'outputFormat', 'zip');
		const packed = this.getInputData().map(async ({ json }, item): Promise<INodeExecutionData> => {
			const fields = (this.getNodeParameter('binaryPropertyName', item) as string).split(',');
			const files = fields.map(async (given) => {
				const field = given.trim();
				const { fileName = '' } = this.helpers.assertBinaryData(item, field);
				return [fileName, await this.helpers.getBinaryDataBuffer(item, field)] as const;
			});
			const name = this.getNodeParameter('fileName', item) as string;
			const zip = await this.helpers.prepareBinaryData(zipOf(await Promise.all(files)), name);
			return {
				json,
				binary: { [this.getNodeParameter('binaryPropertyOutput', item) as string]: zip },
				pairedItem: { item },
			};
		});
		return [await Promise.all(packed)];
	},
};

/** Nodes that turn data into files and files into data. */
export const fileNodes = [
	standIn(
		'Convert to File',
		'convertToFile',
		1.1,
		[
			text('operation', 'csv'),
			text('sourceProperty'),
			text('binaryPropertyName', 'data'),
			options('fileName'),
		],
		convertToFile,
	),
	standIn(
		'Extract from File',
		'extractFromFile',
		1,
		[text('operation', 'csv'), text('binaryPropertyName', 'data'), options()],
		extractFromFile,
	),
	standIn(
		'Compression',
		'compression',
		1.1,
		[
			text('operation', 'decompress'),
			text('binaryPropertyName', 'data'),
			text('outputFormat'),
			text('fileName'),
			text('binaryPropertyOutput', 'data'),
		],
		compression,
	),
];
