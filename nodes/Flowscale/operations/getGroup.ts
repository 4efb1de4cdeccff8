import type { Operation } from '../../core/items/operation';
import { flag, orNull, record, text, whole } from '../../core/shape';
import { existingGroupId } from '../inputs/groupId';
import { groupIdField } from '../inputs/groupIdField';
import { summarizeGroup } from '../runs/groups';
import type { FlowscaleSession } from '../runs/session';

export const getGroup: Operation<FlowscaleSession> = {
	name: 'Get',
	value: 'get',
	action: 'Get a group of runs',
	description: 'Count the runs of a group by state, and see whether all have ended',
	output: record({
		group_id: text('n8n-231'),
		total: whole(20),
		queued: whole(0),
		running: whole(0),
		succeeded: whole(18),
		failed: whole(2),
		cancelled: whole(0),
		timed_out: whole(0),
		unknown: whole(0),
		finished: flag(true),
		first_created_at: orNull(text('2026-11-22T11:47:11Z')),
		last_completed_at: orNull(text('2026-11-22T11:49:02Z')),
	}),
	fields: [groupIdField],
	prepare: (item, { api, stop }) => {
		const groupId = existingGroupId(item.text('groupId', 'Group ID'));
		return async () => [{ json: { ...(await summarizeGroup(api, groupId, stop)) } }];
	},
};
