/** A JSON type's name, as JSON Schema writes it. */
type JsonType = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array' | 'null';

/**
 * What a value looks like: the JSON Schema that n8n's editor offers as fields before a node has
 * run, with an example of each value, from which the documents' sample items are made.
 */
export interface Shape {
	type: JsonType | JsonType[];
	properties?: Record<string, Shape>;
	items?: Shape;
	example: unknown;
}

const value = (type: JsonType) => (example: unknown) => ({ type, example }) satisfies Shape;

export const text = value('string');
export const whole = value('integer');
export const decimal = value('number');
export const flag = value('boolean');

/** Keys that depend on the user's workflow. */
export const anyKeys = value('object');

/** @param example null unless given: the usual value of a field that may be null */
export function orNull(shape: Shape, example: unknown = shape.example): Shape {
	return { ...shape, type: [shape.type, 'null'].flat() as JsonType[], example };
}

/** Any JSON value. */
export function anything(example: unknown): Shape {
	return { type: ['string', 'object', 'array', 'number', 'boolean', 'null'], example };
}

/** @param shown how many entries the sample has */
export function list(items: Shape, shown: 0 | 1 = 1): Shape {
	return { type: 'array', items, example: shown === 0 ? [] : [items.example] };
}

/** @param hidden keys that only some items have, and that the sample leaves out */
export function record(properties: Record<string, Shape>, hidden: string[] = []): Shape {
	const shown = Object.entries(properties).filter(([key]) => !hidden.includes(key));
	const example = Object.fromEntries(shown.map(([key, shape]) => [key, shape.example]));
	return { type: 'object', properties, example };
}

/** The same record with some of its keys changed or added. */
export function extended(shape: Shape, changes: Record<string, Shape>): Shape {
	return record({ ...shape.properties, ...changes });
}

/** The shape as n8n reads it from `__schema__`, without examples. */
export function schemaOf({ type, properties, items }: Shape): object {
	const inner = Object.entries(properties ?? {}).map(([key, shape]) => [key, schemaOf(shape)]);
	return {
		type,
		...(properties && { properties: Object.fromEntries(inner) as object }),
		...(items && { items: schemaOf(items) }),
	};
}
