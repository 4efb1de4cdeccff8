import Ajv from 'ajv';
import { fs, join } from '../../simulator/platform';

export interface JsonSchema {
	type: string | string[];
	properties?: Record<string, JsonSchema>;
	items?: JsonSchema;
}

/** The folder that n8n reads: beside the built node, by its version. */
const folderOf = (node: string) => join(node, '__schema__', 'v1.0.0');

export async function readSchema(node: string, operation: string): Promise<JsonSchema> {
	const [resource, name] = operation.split('.');
	return JSON.parse(
		await fs.readFile(join(folderOf(node), resource, `${name}.json`), 'utf8'),
	) as JsonSchema;
}

/** Operations that have a schema, as `resource.operation`. */
export async function schemasOf(node: string): Promise<string[]> {
	const entries = await fs.readdir(folderOf(node), { recursive: true });
	return entries
		.filter((entry) => entry.endsWith('.json'))
		.map((entry) => entry.replace(/\.json$/, '').replace(/[\\/]/, '.'))
		.sort();
}

/**
 * n8n's format says nothing of further keys; an item that has one that the editor does not show is
 * a fault all the same.
 */
function closed(schema: JsonSchema): object {
	const properties =
		schema.properties &&
		Object.fromEntries(
			Object.entries(schema.properties).map(([key, value]) => [key, closed(value)]),
		);
	return {
		type: schema.type,
		...(schema.items && { items: closed(schema.items) }),
		...(properties && { properties, additionalProperties: false }),
	};
}

/** What is wrong with items by a schema: a key or type that the schema does not have. */
export function misfits(schema: JsonSchema, items: unknown[]): unknown[] {
	const fits = new Ajv({ allowUnionTypes: true }).compile(closed(schema));
	return items.flatMap((item) =>
		fits(item)
			? []
			: (fits.errors ?? []).map(({ instancePath, message, params }) => ({
					instancePath,
					message,
					params,
				})),
	);
}

/** Keys of a schema that no item has, as paths. */
export function unseen(schema: JsonSchema, values: unknown[], path = ''): string[] {
	if (schema.items) return unseen(schema.items, values.flat(), `${path}[]`);
	return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
		const found = values.flatMap((value) =>
			typeof value === 'object' && value !== null && key in value
				? [(value as Record<string, unknown>)[key]]
				: [],
		);
		return found.length === 0 ? [`${path}.${key}`] : unseen(inner, found, `${path}.${key}`);
	});
}
