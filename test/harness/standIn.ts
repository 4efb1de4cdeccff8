import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeProperties,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';

/** What a stand-in does. */
export type Work = Pick<INodeType, 'execute' | 'trigger' | 'supplyData'>;

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
/** The collection at the end of a node; any other option than these is refused. */
export const options = (...names: string[]): INodeProperties => ({
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	default: {},
	options: names.map((name) => text(name)),
});

/** How a node is wired. */
export interface Wiring {
	/** From another package than `n8n-nodes-base`. */
	package?: string;
	inputs?: INodeTypeDescription['inputs'];
	outputs?: INodeTypeDescription['outputs'];
}

/**
 * Passes items on, for nodes whose work is done elsewhere: by the server, or by another node in the
 * test.
 */
export const handOn: Work = {
	async execute() {
		return [this.getInputData()];
	},
};

/** A node type of n8n itself, under its full name. */
export function standIn(
	displayName: string,
	name: string,
	version: number | number[],
	properties: INodeProperties[],
	work: Work,
	wiring: Wiring = {},
): [string, INodeType] {
	const isTrigger = work.trigger !== undefined;
	const description: INodeTypeDescription = {
		displayName,
		name,
		version,
		properties,
		description: '',
		group: [isTrigger ? 'trigger' : 'transform'],
		defaults: { name: displayName },
		inputs: wiring.inputs ?? (isTrigger ? [] : [NodeConnectionTypes.Main]),
		outputs: wiring.outputs ?? [NodeConnectionTypes.Main],
	};
	const { execute } = work;
	const checked: Work = { ...work };
	if (execute)
		checked.execute = async function (this: IExecuteFunctions) {
			expectKnownOptions(this, properties);
			return await execute.call(this);
		};
	return [`${wiring.package ?? 'n8n-nodes-base'}.${name}`, { description, ...checked }];
}

/** @throws when a parameter has a value that the stand-in has never heard of */
export function expectOnly(context: IExecuteFunctions, name: string, ...known: unknown[]): void {
	const value = context.getNodeParameter(name, 0);
	if (!known.includes(value)) refuse(context, name, value);
}

function expectKnownOptions(context: IExecuteFunctions, properties: INodeProperties[]): void {
	const offered = properties.find(({ name }) => name === 'options')?.options ?? [];
	for (const [option, value] of Object.entries(
		context.getNodeParameter('options', 0, {}) as object,
	))
		if (!offered.some(({ name }) => name === option)) refuse(context, `options.${option}`, value);
}

function refuse(context: IExecuteFunctions, what: string, value: unknown): never {
	throw new Error(
		`The stand-in for "${context.getNode().name}" does not know ${what} = ${JSON.stringify(value)}`,
	);
}
