import type { Dialect } from './dialect';
import { object, type Schema } from './vendorSchemas';

/** One way in which deployments, SDKs and readmes differ from the vendor's OpenAPI. */
export interface Deviation {
	/** Which schemas it changes or adds. */
	schemas: string[];
	/** In which dialects it holds. */
	when: (dialect: Dialect) => boolean;
	/** What differs, and why a client must know. */
	reason: string;
	/** Tags of the protocols' source list, with their certainty marks. */
	source: string;
	change: (schema: Schema) => Schema;
}

const isMap = (value: unknown): value is Schema =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
/** The properties of an object's schema. */
export const properties = (schema: Schema) =>
	(isMap(schema.properties) ? schema.properties : {}) as Record<string, Schema>;

/** Has these keys as well, or in another form. */
export const adding = (more: Record<string, Schema>) => (schema: Schema) =>
	object({ ...properties(schema), ...more });
export const dropping = (name: string) => (schema: Schema) =>
	object(Object.fromEntries(Object.entries(properties(schema)).filter(([key]) => key !== name)));
export const becoming = (schema: Schema) => () => schema;
