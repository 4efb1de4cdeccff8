import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { ConfigurationError } from '../errors';
import { type JsonRecord, parsedJson, recordOf } from '../json';

/**
 * The file in a field of an item, in whichever way this n8n stores it; undefined when there is
 * none.
 */
export function binaryAt(
	context: IExecuteFunctions,
	index: number,
	field: string,
): IBinaryData | undefined {
	// With n8n's combined storage the field "photo" is at "_files.photo"; either name means it.
	return assertedAt(context, index, field) ?? assertedAt(context, index, combinedPlaceOf(field));
}

function assertedAt(
	context: IExecuteFunctions,
	index: number,
	field: string,
): IBinaryData | undefined {
	try {
		const found = context.helpers.assertBinaryData(index, field);
		// For a name that every object has, such as `constructor`, n8n returns something that is no
		// file.
		return typeof found.mimeType === 'string' ? found : undefined;
	} catch {
		// n8n throws a message of its own when the field is missing; ours names the fields that are
		// there.
		return undefined;
	}
}

/** Where n8n 2 puts files among an item's JSON with the workflow setting "combined". */
const COMBINED = '_files';

/**
 * Where a file is then. n8n reads the place as a path (lodash's `get`), in which dots and brackets of
 * a field's name would lead elsewhere, so such a name stands in quotes.
 */
export function combinedPlaceOf(field: string): string {
	return /[.[\]]/.test(field)
		? `${COMBINED}["${field.replace(/["\\]/g, '\\$&')}"]`
		: `${COMBINED}.${field}`;
}

/**
 * Names of the fields of an item that hold files. With n8n's combined storage they stand among the
 * JSON.
 */
export function fileFieldsAt(context: IExecuteFunctions, index: number): string[] {
	const { binary, json } = context.getInputData()[index] ?? {};
	return [
		...Object.keys(binary ?? {}),
		...Object.keys(json ?? {}).filter((name) => isBinaryObject(json[name])),
		...Object.keys(recordOf(json?.[COMBINED]) ?? {}).map(combinedPlaceOf),
	].filter((name) => binaryAt(context, index, name) !== undefined);
}

/** The file of an item. @throws ConfigurationError that names the files which the item has */
export function requireBinary(
	context: IExecuteFunctions,
	index: number,
	field: string,
): IBinaryData {
	const found = binaryAt(context, index, field);
	if (found !== undefined) return found;
	const fields = fileFieldsAt(context, index);
	throw new ConfigurationError(
		`The item has no binary field "${field}"`,
		fields.length > 0
			? `Its binary fields: ${fields.join(', ')}.`
			: 'It has none at all. Check the node before this one.',
	);
}

const batches = new WeakMap<IExecuteFunctions, Set<string>>();

/** Names of the fields that hold files in any item of this execution; read once. */
export function fileFieldsOfBatch(context: IExecuteFunctions): ReadonlySet<string> {
	const known = batches.get(context);
	if (known !== undefined) return known;
	const fields = new Set(
		context.getInputData().flatMap((_, index) => fileFieldsAt(context, index)),
	);
	batches.set(context, fields);
	return fields;
}

const STORED_WITH = ['id', 'data', 'fileName', 'fileExtension', 'fileSize', 'fileType', 'bytes'];

/**
 * Whether a value is n8n's description of a file: what `{{ $binary.photo }}` gives. Its store's
 * path is no text to send anywhere.
 */
export function isBinaryObject(value: unknown): value is JsonRecord {
	const record = recordOf(value);
	return (
		typeof record?.mimeType === 'string' && STORED_WITH.some((key) => record[key] !== undefined)
	);
}

/**
 * The fields of an item whose file a description may mean. `$binary` hides the content, so without
 * an id the visible properties decide, and two files may look the same.
 */
export function fieldsOfBinaryObject(
	context: IExecuteFunctions,
	index: number,
	wanted: JsonRecord,
): string[] {
	const keys = (
		['id', 'data', 'fileName', 'fileExtension', 'mimeType', 'fileSize'] as const
	).filter((key) => !['id', 'data'].includes(key) || wanted[key] !== undefined);
	return fileFieldsAt(context, index).filter((field) => {
		const found = binaryAt(context, index, field);
		return found !== undefined && keys.every((key) => found[key] === wanted[key]);
	});
}

const MOST_NESTED = 20;

/** The descriptions of files that a value is, or holds at any depth; also those in a JSON text. */
export function* descriptionsIn(value: unknown, depth = 0): Generator<JsonRecord> {
	const read = typeof value === 'string' ? describedInText(value) : value;
	if (typeof read !== 'object' || read === null || depth > MOST_NESTED) return;
	if (isBinaryObject(read)) yield read;
	else for (const member of Object.values(read)) yield* descriptionsIn(member, depth + 1);
}

/** `{{ JSON.stringify($binary.photo) }}` is no text to send either. */
export function describedInText(text: string): unknown {
	return /^\s*[[{]/.test(text) && text.includes('"mimeType"') ? parsedJson(text) : text;
}
