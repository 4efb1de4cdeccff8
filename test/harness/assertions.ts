import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData, INodeExecutionData, IRun } from 'n8n-workflow';
import { projectDir } from '../../simulator/platform';
import { outputOf } from './runWorkflow';

/** What a user sees of a node's error. */
export interface NodeFailure {
	name: string;
	message: string;
	description?: string | null;
	httpCode?: string | null;
	context: { itemIndex?: number };
}

export const PACKAGE_DIR = projectDir;

/** Two items that differ for expressions. */
export const two: INodeExecutionData[] = [
	{ json: { prompt: 'red fox', n: 0 } },
	{ json: { prompt: 'blue whale', n: 1 } },
];

/** Short pauses, so that a test takes no longer than its runs. */
export const quick = { pollInterval: 0.1 };

/** The bytes of a binary field, wherever n8n keeps them. */
export const bytesOf = async (binary: IBinaryData | undefined): Promise<Buffer> =>
	await Container.get(BinaryDataService).getAsBuffer(binary ?? ({} as IBinaryData));

/** Input items of each output item, in order. */
export const linksOf = (items: INodeExecutionData[]): unknown[] =>
	items.map(({ pairedItem }) => pairedItem);

export function errorOf(run: IRun): NodeFailure {
	const { error } = run.data.resultData;
	if (!error)
		throw new Error(
			`The node did not fail: ${JSON.stringify(outputOf(run, run.data.resultData.lastNodeExecuted ?? '').map(({ json }) => json))}`,
		);
	return error as unknown as NodeFailure;
}
