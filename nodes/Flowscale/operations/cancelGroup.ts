import type { Operation } from '../../core/items/operation';
import { record, text, whole } from '../../core/shape';
import { existingGroupId } from '../inputs/groupId';
import { groupIdField } from '../inputs/groupIdField';
import { cancelGroup as cancelRunsOfGroup } from '../runs/groups';
import type { FlowscaleSession } from '../runs/session';

export const cancelGroup: Operation<FlowscaleSession> = {
	name: 'Cancel',
	value: 'cancel',
	action: 'Cancel a group of runs',
	description: 'Stop every run of a group that has not ended',
	output: record({
		group_id: text('n8n-231'),
		total: whole(20),
		cancelled: whole(8),
		not_cancelled: whole(0),
		already_ended: whole(12),
		message: text('8 of 8 open runs were cancelled'),
	}),
	fields: [groupIdField],
	prepare: (item, { api, clock, stop }) => {
		const groupId = existingGroupId(item.text('groupId', 'Group ID'));
		return async () => [{ json: { ...(await cancelRunsOfGroup(api, groupId, clock, stop)) } }];
	},
};
