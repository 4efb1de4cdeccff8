import type { INodeExecutionData, INodeType } from 'n8n-workflow';
import { expectOnly, flag, standIn, text, type Work } from './standIn';

/** One object as the node would put it into a bucket. */
export interface StoredObject {
	bucket: string;
	key: string;
	mimeType: string;
	bytes: Buffer;
}

/** Stands for the bucket's host. */
export type Store = (object: StoredObject) => void;

const upload = (store: Store): Work => ({
	async execute() {
		expectOnly(this, 'resource', 'file');
		expectOnly(this, 'operation', 'upload');
		expectOnly(this, 'binaryData', true);
		// One after the other, as the real node does.
		const stored: INodeExecutionData[] = [];
		for (const item of this.getInputData().keys()) {
			const text = (name: string) => String(this.getNodeParameter(name, item, ''));
			const field = text('binaryPropertyName');
			const folder = text('additionalFields.parentFolderKey');
			const { mimeType, fileName } = this.helpers.assertBinaryData(item, field);
			store({
				bucket: text('bucketName'),
				key: `${folder === '' ? '' : `${folder}/`}${text('fileName') || fileName}`,
				mimeType,
				bytes: await this.helpers.getBinaryDataBuffer(item, field),
			});
			stored.push({ json: { success: true }, pairedItem: { item } });
		}
		return [stored];
	},
});

const nowhere: Store = ({ bucket }) => {
	throw new Error(`There is no bucket ${bucket}: give the S3 node a store of its own`);
};

/** n8n's S3 node, which puts a file of each item into a bucket. */
export function s3Node(store: Store = nowhere): [string, INodeType] {
	const [name, node] = standIn(
		'S3',
		's3',
		1,
		[
			text('resource', 'file'),
			text('operation', 'download'),
			text('bucketName'),
			text('fileName'),
			{ ...flag('binaryData'), default: true },
			text('binaryPropertyName', 'data'),
			{
				displayName: 'Additional Fields',
				name: 'additionalFields',
				type: 'collection',
				default: {},
				options: [text('parentFolderKey')],
			},
		],
		upload(store),
	);
	const { description } = node;
	return [
		name,
		{ ...node, description: { ...description, credentials: [{ name: 's3', required: false }] } },
	];
}
