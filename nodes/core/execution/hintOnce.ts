import type { IExecuteFunctions } from 'n8n-workflow';
import { addHint } from '../items/olderN8n';

/** A hint beside the node's output, and a line in n8n's log; the same for all items, so once. */
export function hintOnce(context: IExecuteFunctions, message: string): () => void {
	let isGiven = false;
	return () => {
		if (isGiven) return;
		isGiven = true;
		context.logger.warn(`${context.getNode().name}: ${message}`);
		addHint(context, { message, type: 'warning', location: 'outputPane' });
	};
}
