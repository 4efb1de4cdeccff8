import type { INodeProperties } from 'n8n-workflow';

/** The group that an operation of the resource Group is about. */
export const groupIdField: INodeProperties = {
	displayName: 'Group ID',
	name: 'groupId',
	type: 'string',
	required: true,
	default: '={{ $json.group_id }}',
	description: 'Label of the runs, as it was given when they were started, here or anywhere else',
};
