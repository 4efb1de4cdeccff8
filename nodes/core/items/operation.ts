import type { INodeExecutionData, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { Shape } from '../shape';
import type { Item } from './item';

/** What an item turns into; the link to its input item is added by `runItems`. */
export type ItemOutput = Pick<INodeExecutionData, 'json' | 'binary'>;
/** The checked work of one item, ready to be done. */
export type Job = () => Promise<ItemOutput[]>;

/** Name, description, fields and work of one operation, in one value. */
export interface Operation<Session> {
	name: string;
	/** Never changes once released: saved workflows hold it. */
	value: string;
	action: string;
	description: string;
	/**
	 * What it returns, one item: the editor's fields, the documents' samples and a test follow from
	 * it.
	 */
	output: Shape;
	fields: INodeProperties[];
	/** Items in progress at a time, where it is not the usual ten. */
	itemsAtATime?: number;
	/** Reads and checks the item's parameters and sends nothing. @throws ConfigurationError */
	prepare(item: Item, session: Session): Job;
}

export interface Resource<Session> {
	name: string;
	value: string;
	operations: Array<Operation<Session>>;
}

const byName = (a: INodePropertyOptions, b: INodePropertyOptions) => a.name.localeCompare(b.name);

/** Dropdowns and fields of a node, derived from its operations. */
export function propertiesOf<Session>(resources: Array<Resource<Session>>): INodeProperties[] {
	const choices = resources.map(({ name, value }) => ({ name, value })).sort(byName);
	const resource = choiceOf('Resource', 'resource', choices, resources[0].value);
	return [resource, ...resources.flatMap((entry) => [operationChoice(entry), ...fieldsOf(entry)])];
}

/**
 * What stands below a node's name on the canvas, in words: "Execute and wait", "Cancel run". Where
 * an operation's action is a sentence about what comes out, its name says enough.
 */
export function subtitleOf<Session>(resources: Array<Resource<Session>>): string {
	const words = resources.flatMap(({ value: resource, operations }) =>
		operations.map(({ name, value, action }) => [
			`${resource}.${value}`,
			value.startsWith('execute') ? name.replace(/ \w/g, (word) => word.toLowerCase()) : action,
		]),
	);
	return `={{ (${JSON.stringify(Object.fromEntries(words))})[$parameter["resource"] + "." + $parameter["operation"]] }}`;
}

function operationChoice<Session>({ value, operations }: Resource<Session>): INodeProperties {
	const choices = operations
		.map(({ name, value: operation, action, description }) => ({
			name,
			value: operation,
			action,
			description,
		}))
		.sort(byName);
	return {
		...choiceOf('Operation', 'operation', choices, operations[0].value),
		displayOptions: { show: { resource: [value] } },
	};
}

/** The first of the list is the default, whatever place its name gives it on screen. */
function choiceOf(
	displayName: string,
	name: string,
	options: INodePropertyOptions[],
	first: string,
): INodeProperties {
	return { displayName, name, type: 'options', noDataExpression: true, options, default: first };
}

function fieldsOf<Session>({ value: resource, operations }: Resource<Session>): INodeProperties[] {
	return operations.flatMap(({ value: operation, fields }) =>
		fields.map((field) => ({
			...field,
			displayOptions: {
				...field.displayOptions,
				show: { resource: [resource], operation: [operation], ...field.displayOptions?.show },
			},
		})),
	);
}

export function findOperation<Session>(
	resources: Array<Resource<Session>>,
	resource: string,
	operation: string,
): Operation<Session> {
	const found = resources
		.find(({ value }) => value === resource)
		?.operations.find(({ value }) => value === operation);
	if (found === undefined) throw new Error(`There is no operation "${operation}" of "${resource}"`);
	return found;
}

/** One collection from several lists, in the order n8n wants. */
export function optionsField(...lists: INodeProperties[][]): INodeProperties {
	const options = lists.flat().sort((a, b) => a.displayName.localeCompare(b.displayName));
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options,
	};
}
