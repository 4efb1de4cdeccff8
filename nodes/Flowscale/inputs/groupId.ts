import { randomUUID } from 'crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import { ConfigurationError } from '../../core/errors';
import { isTool } from '../../core/items/agentTool';
import type { Item } from '../../core/items/item';

/**
 * What n8n's expression for the execution ID returns where there is none, as with the MCP Server
 * Trigger.
 */
const UNKNOWN = '__UNKNOWN__';
const WITHOUT_ID = /^n8n-(__UNKNOWN__|undefined|null)?$/;

const groupsOfExecutions = new WeakMap<IExecuteFunctions, string>();

/**
 * The group that an item's run gets; undefined: none is sent. Where n8n knows no execution ID, the
 * group gets a random name, since all calls by MCP would share one group otherwise.
 */
export function readGroupId(item: Item): string | undefined {
	const { context } = item;
	const given = item.optionalText('groupId', 'Group ID');
	const group = given === '' && isTool(context) ? `n8n-${context.getExecutionId()}` : given;
	if (group === '') return undefined;
	if (WITHOUT_ID.test(group)) return `n8n-${uniqueId(context)}`;
	return group.includes(UNKNOWN) ? group.replaceAll(UNKNOWN, uniqueId(context)) : group;
}

/**
 * The group that an operation reads, waits for or cancels. A name that n8n made of an execution ID
 * which it does not know would be the same in every such execution, and no run has it.
 * @throws ConfigurationError
 */
export function existingGroupId(groupId: string): string {
	if (!groupId.includes(UNKNOWN) && !/^n8n-(undefined|null)?$/.test(groupId)) return groupId;
	throw new ConfigurationError(
		`Group ID is "${groupId}": n8n knows no execution ID here`,
		'Take the group_id of the item that Workflow > Execute returned, or enter a group of your own at both places.',
	);
}

/** The same for all items of an execution of the node. */
function uniqueId(context: IExecuteFunctions): string {
	const id = groupsOfExecutions.get(context) ?? randomUUID();
	groupsOfExecutions.set(context, id);
	return id;
}
