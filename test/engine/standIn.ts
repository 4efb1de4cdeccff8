import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeProperties, INodeType } from 'n8n-workflow';

/** What a stand-in does. */
export type Work = Pick<INodeType, 'execute' | 'trigger'>;

export const text = (name: string, fallback = ''): INodeProperties => ({
	displayName: name,
	name,
	type: 'string',
	default: fallback,
});
export const flag = (name: string): INodeProperties => ({
	displayName: name,
	name,
	type: 'boolean',
	default: false,
});
export const amount = (name: string, fallback: number): INodeProperties => ({
	displayName: name,
	name,
	type: 'number',
	default: fallback,
});
export const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	default: {},
	options: [],
};

/** A node type of n8n itself, under its full name. */
export function standIn(
	displayName: string,
	name: string,
	version: number | number[],
	properties: INodeProperties[],
	work: Work,
): [string, INodeType] {
	const isTrigger = work.trigger !== undefined;
	const description = {
		displayName,
		name,
		version,
		properties,
		description: '',
		group: [isTrigger ? 'trigger' : 'transform'],
		defaults: { name: displayName },
		inputs: isTrigger ? [] : [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
	} as INodeType['description'];
	return [`n8n-nodes-base.${name}`, { description, ...work }];
}

/** @throws when a parameter has a value that the stand-in has never heard of, or any option is set */
export function expectOnly(context: IExecuteFunctions, name: string, ...known: unknown[]): void {
	const refuse = (what: string, value: unknown) => {
		throw new Error(
			`The stand-in for "${context.getNode().name}" does not know ${what} = ${JSON.stringify(value)}`,
		);
	};
	const value = context.getNodeParameter(name, 0);
	if (!known.includes(value)) refuse(name, value);
	const given = context.getNodeParameter('options', 0, {});
	if (Object.keys(given as object).length > 0) refuse('options', given);
}
