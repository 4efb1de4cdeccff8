import type { IExecuteFunctions } from 'n8n-workflow';

export function isTool(context: IExecuteFunctions): boolean {
	return context.getNode().type.endsWith('Tool') || context.isToolExecution?.() === true;
}
