import type { INodeProperties } from 'n8n-workflow';
import { Stopped } from '../../core/errors';
import { linkSignals } from '../../core/linkedSignal';
import type { Item } from '../../core/item';
import { buildForm, filePartOf } from '../../core/multipart';
import { onAbort } from '../../core/onAbort';
import type { StartOrder } from '../../core/startOrder';
import { inputFields } from '../inputFields';
import { readInputs } from '../inputs';
import type { Session } from '../session';
import { groupField, workflowField } from './fields';

export const startFields: INodeProperties[] = [workflowField, ...inputFields, groupField];

/** The vendor tells no limit; a start that is not answered for this long after its last byte counts as uncertain. */
const LONGEST_ANSWER_MS = 120_000;
/** After Stop the answer to a start that is on its way is still worth waiting for: its run must be cancelled. */
const FAREWELL_MS = 8_000;

/** Checks an item's start; the files are read when it is sent. @throws UserMistake */
export function readStartOrder(item: Item, { api, transport, clock, stop }: Session): StartOrder {
	const workflowId = item.locator('workflowId', 'Workflow');
	const groupId = item.optionalText('groupId') || undefined;
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
			if (stop.aborted) throw new Stopped();
			const form = buildForm(texts, parts);
			const life = linkSignals();
			const giveUp = () => {
				if (form.isRead()) void clock.pause(FAREWELL_MS).then(() => life.abort());
				else life.abort();
			};
			const unlink = onAbort(stop, giveUp);
			try {
				return await transport.once({
					...api.startRequest(workflowId, groupId, form.body),
					isDetached: true,
					idleMs: LONGEST_ANSWER_MS,
					totalMs: 0,
					signal: life.signal,
				});
			} finally {
				unlink();
			}
		},
	};
}
