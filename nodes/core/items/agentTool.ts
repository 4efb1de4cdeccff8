import type { IExecuteFunctions } from 'n8n-workflow';
import { nodeOf } from '../nodeOf';

export function isTool(context: IExecuteFunctions): boolean {
	return nodeOf(context).type.endsWith('Tool') || context.isToolExecution?.() === true;
}
