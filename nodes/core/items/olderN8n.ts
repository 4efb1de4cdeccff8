import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';

/**
 * What n8n's contexts have today and did not have in n8n 1.100, although the public types call it
 * certain. Everything else that the nodes call is there from 1.100 on (read in n8n-core 1.99, and
 * tested with a context that lacks all the rest).
 */
type Newer = Partial<Pick<IExecuteFunctions, 'addExecutionHints' | 'getWorkflowSettings'>>;

/**
 * Shows a note with the node's result. Only a convenience: agents' tools of older versions have no
 * hints (n8n 1.104 has none, 1.123 does), and nothing may fail for that.
 */
export function addHint(context: IExecuteFunctions, hint: NodeExecutionHint): void {
	const { addExecutionHints } = context as Newer;
	addExecutionHints?.call(context, hint);
}

/**
 * The workflow setting "combined" moves stored files into the items' JSON. Versions that do not
 * hand their settings to a node (n8n 1.104; 1.123 does) do not know this one either.
 */
export function binaryModeOf(context: IExecuteFunctions): unknown {
	const { getWorkflowSettings } = context as Newer;
	const settings = getWorkflowSettings?.call(context) as { binaryMode?: unknown } | undefined;
	return settings?.binaryMode;
}
