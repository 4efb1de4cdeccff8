import type { INodeProperties } from 'n8n-workflow';
import { ExecutionCancelledError } from '../../core/errors';
import { linkSignals } from '../../core/async/signals';
import type { Item } from '../../core/items/item';
import { buildForm, filePartOf } from '../../core/files/upload';
import { onAbort } from '../../core/async/signals';
import type { StartRequest } from '../../core/starting/startService';
import { inputFields } from '../inputs/inputFields';
import { readInputs } from '../inputs/inputs';
import type { Session } from './session';
import { groupFields, workflowField } from '../inputs/fields';
import { readGroupId } from '../inputs/groupId';

export const startFields: INodeProperties[] = [workflowField, ...inputFields, ...groupFields];

/** The vendor tells no limit; a start that is not answered for this long after its last byte counts as uncertain. */
const LONGEST_ANSWER_MS = 120_000;
/** After Stop the answer to a start that is on its way is still worth waiting for: its run must be cancelled. */
const FAREWELL_MS = 8_000;

/** Checks an item's start; the files are read when it is sent. @throws ConfigurationError */
export function readStartOrder(item: Item, { api, transport, clock, stop }: Session): StartRequest {
	const workflowId = item.locator('workflowId', 'Workflow');
	const groupId = readGroupId(item);
	const { texts, files } = readInputs(item);
	return {
		itemIndex: item.index,
		workflowId,
		groupId,
		texts,
		fileNames: [...new Set(files.map(([name]) => name))],
		isReused: item.flag('options.reuseRun', false),
		send: async () => {
			const parts = await Promise.all(
				files.map(
					async ([name, field]) =>
						[name, await filePartOf(item, field)] as [
							string,
							Awaited<ReturnType<typeof filePartOf>>,
						],
				),
			);
			if (stop.aborted) throw new ExecutionCancelledError();
			const form = buildForm(texts, parts);
			const abort = linkSignals();
			const giveUp = () => {
				if (form.isRead()) void clock.pause(FAREWELL_MS).then(() => abort.abort());
				else abort.abort();
			};
			const unlink = onAbort(stop, giveUp);
			try {
				return await transport.once({
					...api.startRequest(workflowId, groupId, form.body),
					isDetached: true,
					idleMs: LONGEST_ANSWER_MS,
					totalMs: 0,
					signal: abort.signal,
				});
			} finally {
				unlink();
			}
		},
	};
}
