import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodeType,
} from 'n8n-workflow';
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

/** What the node sends for one item. */
async function formOf(context: IExecuteFunctions, item: number): Promise<SentForm> {
	const fields = context.getNodeParameter(
		'bodyParameters.parameters',
		item,
		[],
	) as unknown as Field[];
	const form: SentForm['form'] = {};
	for (const field of fields) {
		const { parameterType = 'formData', name, value = '', inputDataFieldName = '' } = field;
		if (parameterType !== 'formBinaryData') form[name] = value;
		else {
			const { fileName, mimeType } = context.helpers.assertBinaryData(item, inputDataFieldName);
			const bytes = await context.helpers.getBinaryDataBuffer(item, inputDataFieldName);
			form[name] = { fileName, mimeType, bytes };
		}
	}
	const [method, url] = ['method', 'url'].map(
		(name) => context.getNodeParameter(name, item) as string,
	);
	return { method, url, form };
}

const request = (service: Service): Work => ({
	async execute() {
		expectOnly(this, 'contentType', 'multipart-form-data');
		expectOnly(this, 'authentication', 'none');
		// The real node, too, reads the files of one item after the other, and then waits for all
		// answers together.
		const answers: Array<Promise<IDataObject>> = [];
		for (const item of this.getInputData().keys()) answers.push(service(await formOf(this, item)));
		return [
			(await Promise.all(answers)).map(
				(json, item): INodeExecutionData => ({ json, pairedItem: { item } }),
			),
		];
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
