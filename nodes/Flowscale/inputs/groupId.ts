import { randomUUID } from 'crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import { isTool } from '../../core/items/agentTool';
import type { Item } from '../../core/items/item';

/** What n8n gives for an execution's ID where there is none, as behind its MCP Server Trigger. */
const UNKNOWN = '__UNKNOWN__';
const WITHOUT_ID = /^n8n-(__UNKNOWN__|undefined|null)?$/;

const groupsOfExecutions = new WeakMap<IExecuteFunctions, string>();

/**
 * The group that an item's run gets; undefined: none is sent. Where n8n knows no execution ID the
 * group is one of its own: everything that came in by MCP would share one otherwise.
 */
export function readGroupId(item: Item): string | undefined {
	const { context } = item;
	const given = item.optionalText('groupId');
	const group = given === '' && isTool(context) ? `n8n-${context.getExecutionId()}` : given;
	if (group === '') return undefined;
	if (WITHOUT_ID.test(group)) return `n8n-${uniqueId(context)}`;
	return group.includes(UNKNOWN) ? group.replaceAll(UNKNOWN, uniqueId(context)) : group;
}

/** The same for all items of an execution of the node. */
function uniqueId(context: IExecuteFunctions): string {
	const id = groupsOfExecutions.get(context) ?? randomUUID();
	groupsOfExecutions.set(context, id);
	return id;
}
