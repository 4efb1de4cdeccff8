import type { IDataObject, INodeExecutionData, INodeProperties, INodeType } from 'n8n-workflow';
import { expectOnly, flag, options, standIn, text, type Work } from './standIn';

export interface SentFile {
	fileName?: string;
	mimeType: string;
	bytes: Buffer;
}

/** What the node would put on the wire for one item. */
export interface SentForm {
	method: string;
	url: string;
	form: Record<string, string | SentFile>;
}

/** Stands for the service at the other end; gives its answer. */
export type Service = (sent: SentForm) => Promise<IDataObject>;

interface Field {
	parameterType?: string;
	name: string;
	value?: string;
	inputDataFieldName?: string;
}

const request = (service: Service): Work => ({
	async execute() {
		expectOnly(this, 'contentType', 'multipart-form-data');
		expectOnly(this, 'authentication', 'none');
		const answers = this.getInputData().map(async (_, item): Promise<INodeExecutionData> => {
			const fields = this.getNodeParameter(
				'bodyParameters.parameters',
				item,
				[],
			) as unknown as Field[];
			const form: SentForm['form'] = {};
			for (const {
				parameterType = 'formData',
				name,
				value = '',
				inputDataFieldName = '',
			} of fields) {
				if (parameterType !== 'formBinaryData') form[name] = value;
				else {
					const { fileName, mimeType } = this.helpers.assertBinaryData(item, inputDataFieldName);
					form[name] = {
						fileName,
						mimeType,
						bytes: await this.helpers.getBinaryDataBuffer(item, inputDataFieldName),
					};
				}
			}
			const [method, url] = ['method', 'url'].map(
				(name) => this.getNodeParameter(name, item) as string,
			);
			return { json: await service({ method, url, form }), pairedItem: { item } };
		});
		return [await Promise.all(answers)];
	},
});

const bodyParameters: INodeProperties = {
	displayName: 'Body Parameters',
	name: 'bodyParameters',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	default: {},
	options: [
		{
			displayName: 'Parameter',
			name: 'parameters',
			values: [
				text('parameterType', 'formData'),
				text('name'),
				text('value'),
				text('inputDataFieldName'),
			],
		},
	],
};

const nobody: Service = async ({ url }) => {
	throw new Error(`Nobody answers at ${url}: give the HTTP Request a service of its own`);
};

/** The HTTP Request that sends a form. Its files and texts go to `service` and nowhere else. */
export const requestNode = (service: Service = nobody): [string, INodeType] =>
	standIn(
		'HTTP Request',
		'httpRequest',
		4.2,
		[
			text('method', 'GET'),
			text('url'),
			text('authentication', 'none'),
			flag('sendBody'),
			text('contentType', 'json'),
			bodyParameters,
			options(),
		],
		request(service),
	);
