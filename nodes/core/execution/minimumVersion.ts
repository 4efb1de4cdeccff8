import type { IExecuteFunctions } from 'n8n-workflow';
import { ConfigurationError } from '../errors';
import { recordOf } from '../json';

/**
 * Refuses to work on n8n before 1.100, where paid results are lost: with Retry On Fail and On Error
 * *Continue* n8n runs the node again and keeps the first result, and what a suspended wait or a
 * loop needs cannot be seen. Tried on real n8n 1.85.4 and 1.94.1. To be called before anything is
 * sent.
 * @throws ConfigurationError
 */
export function requireMinimumVersion(context: IExecuteFunctions): void {
	if (!isBefore1100(context)) return;
	throw new ConfigurationError(
		'This node needs n8n 1.100 or newer',
		'Update n8n, then run the workflow again. Nothing was sent. Older versions of n8n lose the results of runs that are paid for, for example when Retry On Fail runs the node a second time.',
	);
}

/**
 * n8n does not report its version to a node, but its context shows it: `getConnections` is there
 * from n8n-core 1.99 (n8n 1.100) on, and not in 1.84 to 1.98 (read in the published packages), for
 * ordinary nodes and agents' tools alike. It is not part of the public type, so a later n8n may
 * drop it; such a version still has the public `isStreaming`, which came with n8n 1.104. A context
 * that is not n8n's class, with its workflow and the server's side of the execution, is not checked
 * at all.
 */
function isBefore1100(context: IExecuteFunctions): boolean {
	const { workflow, additionalData, getConnections, isStreaming } = context as {
		workflow?: unknown;
		additionalData?: unknown;
		getConnections?: unknown;
		isStreaming?: unknown;
	};
	const isOfN8n = recordOf(workflow) !== undefined && recordOf(additionalData) !== undefined;
	const isKnown = typeof getConnections === 'function' || typeof isStreaming === 'function';
	return isOfN8n && !isKnown;
}
