import type { INodeProperties } from 'n8n-workflow';
import { expectOnly, flag, handOn, options, standIn, text, type Work } from './standIn';

/** What a visitor or caller was given at the end. */
export interface GivenAnswer {
	/** The bytes of a file, or a text. */
	body: Buffer | string;
	mimeType?: string;
	fileName?: string;
	status: number;
}

/** Takes the answers of the workflows that are played. */
export type GiveAnswer = (answer: GivenAnswer) => void;

const lastPage = (give: GiveAnswer): Work => ({
	async execute() {
		expectOnly(this, 'operation', 'completion');
		const respondWith = this.getNodeParameter('respondWith', 0) as string;
		if (respondWith === 'returnBinary') {
			const field = this.getNodeParameter('inputDataFieldName', 0) as string;
			const { fileName, mimeType } = this.helpers.assertBinaryData(0, field);
			give({
				body: await this.helpers.getBinaryDataBuffer(0, field),
				fileName,
				mimeType,
				status: 200,
			});
		} else {
			expectOnly(this, 'respondWith', 'text');
			give({ body: this.getNodeParameter('completionMessage', 0) as string, status: 200 });
		}
		return [this.getInputData()];
	},
});

const respond = (give: GiveAnswer): Work => ({
	async execute() {
		expectOnly(this, 'respondWith', 'binary', 'json');
		const status = this.getNodeParameter('options.responseCode', 0, 200) as number;
		if (this.getNodeParameter('respondWith', 0) === 'json') {
			const body: unknown = this.getNodeParameter('responseBody', 0);
			give({ body: typeof body === 'string' ? body : JSON.stringify(body), status });
		} else {
			expectOnly(this, 'responseDataSource', 'set');
			const field = this.getNodeParameter('inputFieldName', 0) as string;
			const { mimeType, fileName } = this.helpers.assertBinaryData(0, field);
			const body = await this.helpers.getBinaryDataBuffer(0, field);
			give({ body, mimeType, fileName, status });
		}
		return [this.getInputData()];
	},
});

const formFields: INodeProperties = {
	displayName: 'Form Elements',
	name: 'formFields',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	default: {},
	options: [
		{
			displayName: 'Field',
			name: 'values',
			values: [
				text('fieldLabel'),
				text('fieldType', 'text'),
				text('placeholder'),
				text('acceptFileTypes'),
				flag('multipleFiles'),
				flag('requiredField'),
			],
		},
	],
};

const unheard: GiveAnswer = () => undefined;

/**
 * Forms and webhooks: what comes in is given to the workflow as its first items, what goes out is
 * given to `give`.
 */
export const answerNodes = (give: GiveAnswer = unheard) => [
	standIn(
		'n8n Form Trigger',
		'formTrigger',
		2.2,
		[text('formTitle'), text('formDescription'), formFields, options()],
		handOn,
		{ inputs: [] },
	),
	standIn(
		'n8n Form',
		'form',
		1,
		[
			text('operation', 'page'),
			text('respondWith', 'text'),
			text('completionTitle'),
			text('completionMessage'),
			text('inputDataFieldName', 'data'),
			options(),
		],
		lastPage(give),
	),
	standIn(
		'Webhook',
		'webhook',
		2,
		[text('httpMethod', 'GET'), text('path'), text('responseMode', 'onReceived'), options()],
		handOn,
		{ inputs: [] },
	),
	standIn(
		'Respond to Webhook',
		'respondToWebhook',
		1.1,
		[
			text('respondWith', 'firstIncomingItem'),
			text('responseBody'),
			text('responseDataSource', 'automatically'),
			text('inputFieldName', 'data'),
			options('responseCode'),
		],
		respond(give),
	),
];
