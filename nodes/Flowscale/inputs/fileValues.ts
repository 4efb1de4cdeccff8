import { ConfigurationError } from '../../core/errors';
import type { Item } from '../../core/items/item';
import {
	describedInText,
	descriptionsIn,
	fieldsOfBinaryObject,
	fileFieldsAt,
	fileFieldsOfBatch,
	isBinaryObject,
} from '../../core/items/itemFiles';
import { asText, type JsonRecord, recordOf, textOf } from '../../core/json';
import { type FileLikelihood, takesFile } from './inputKind';

/** A parameter, what was given for it, and whether another item of the batch has a file there. */
export interface GivenValue {
	name: string;
	/** The declared type, in the service's word. */
	type: string;
	value: unknown;
	isFileElsewhere(): boolean;
}

/** Names that n8n and its users give to fields with files. */
const USUAL_FIELD = /^(data|file|image|photo|picture|video|audio|attachment|binary)(_?\d+)?$/i;
const DEFAULT_FIELD = /^data(_\d+)?$/;
const FIELD_LIKE = /^[\w-]+$/;
const LINK = /^\s*(https?:\/\/|data:)/i;

/**
 * The item's fields whose files are to be uploaded for a value; undefined when the value is a text.
 * A file is named by its field, by n8n's description of it (`{{ $binary.photo }}`), or by a list of
 * either. A parameter that surely takes a file must get one, a web address or a data URI; one that
 * perhaps does gets a text only when nothing suggests a missing file.
 * @throws ConfigurationError
 */
export function fileFieldsOf(item: Item, given: GivenValue): string[] | undefined {
	const described = describedFields(item, given);
	if (described !== undefined) return described;
	const likelihood = takesFile(given);
	const entries = [given.value].flat();
	const isLink = (entry: unknown) => LINK.test(textOf(entry) ?? '');
	if (likelihood === 'no' || entries.length === 0 || entries.every(isLink)) return undefined;
	const fields = entries.flatMap((entry) => splitFields(asText(entry)));
	if (likelihood === 'yes' || (fields.length > 0 && fields.every((field) => item.hasBinary(field))))
		return entries.flatMap((entry) => checkedFields(item, entry));
	if (isMissingFile(item, given, fields, likelihood)) fields.forEach((field) => item.binary(field));
	return undefined;
}

/**
 * The fields that a row of Files names, in whichever way.
 * @throws ConfigurationError
 */
export function checkedFields(item: Item, value: unknown): string[] {
	if (isBinaryObject(value)) return [describedField(item, value)];
	if (Array.isArray(value)) return value.flatMap((entry) => checkedFields(item, entry));
	const fields = splitFields(asText(value));
	if (fields.length === 0)
		throw new ConfigurationError(
			'The name of a binary field is empty',
			'Enter the field that holds the file, for example data.',
		);
	for (const field of fields) item.binary(field);
	return fields;
}

/**
 * Text for a parameter that perhaps takes a file: does it look like the field of a file that is not
 * there?
 */
function isMissingFile(
	item: Item,
	{ isFileElsewhere }: GivenValue,
	fields: string[],
	likelihood: FileLikelihood,
): boolean {
	const batch = fileFieldsOfBatch(item.context);
	if (fields.length > 0 && fields.every((field) => batch.has(field))) return true;
	if (likelihood === 'perhaps') return fields.every((field) => DEFAULT_FIELD.test(field));
	return (
		fields.some((field) => USUAL_FIELD.test(field) || item.hasBinary(field)) ||
		(fields.every((field) => FIELD_LIKE.test(field)) && isFileElsewhere())
	);
}

/**
 * Fields of the files that n8n's descriptions mean; undefined where there is no description in the
 * value.
 */
function describedFields(item: Item, { name, value }: GivenValue): string[] | undefined {
	const entries = describedEntries(value);
	if (entries === undefined) {
		if (!descriptionsIn(value).next().done) throw notAFile(name, item);
		return undefined;
	}
	return entries.flatMap((entry) => {
		if (isBinaryObject(entry)) return [describedField(item, entry, name)];
		if (LINK.test(textOf(entry) ?? ''))
			throw new ConfigurationError(
				`Invalid input for '${name}': it mixes files and web addresses`,
				'Give files only, or web addresses only.',
			);
		return checkedFields(item, entry);
	});
}

/**
 * The members of a value that is one description of a file, holds some, or is a whole `{{ $binary
 * }}`.
 */
function describedEntries(value: unknown): unknown[] | undefined {
	const read = typeof value === 'string' ? describedInText(value) : value;
	if (isBinaryObject(read)) return [read];
	if (Array.isArray(read)) return read.some(isBinaryObject) ? read : undefined;
	const members = Object.values(recordOf(read) ?? {});
	return members.length > 0 && members.every(isBinaryObject) ? members : undefined;
}

function describedField(item: Item, description: JsonRecord, name = 'Files'): string {
	const [field, other] = fieldsOfBinaryObject(item.context, item.index, description);
	if (field === undefined) throw notAFile(name, item);
	if (other !== undefined)
		throw new ConfigurationError(
			`Invalid input for '${name}': the item has two files that look the same`,
			`Enter the name of the field: ${field} or ${other}.`,
		);
	return field;
}

function notAFile(name: string, item: Item): ConfigurationError {
	const fields = fileFieldsAt(item.context, item.index);
	return new ConfigurationError(
		`Invalid input for '${name}': it holds a file that is not a field of this item`,
		fields.length > 0
			? `Enter the name of one of its fields: ${fields.join(', ')}.`
			: 'The item has no files. Check the node before this one.',
	);
}

const splitFields = (text: string) =>
	text
		.split(',')
		.map((field) => field.trim())
		.filter((field) => field !== '');
