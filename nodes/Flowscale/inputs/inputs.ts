import { ConfigurationError } from '../../core/errors';
import type { Item } from '../../core/items/item';
import { asText, listOf, parsedUserJson, recordOf, textAt, textOf } from '../../core/json';
import { declaredTypeIn, takesFile } from '../api/workflows';

/** What an item sends to a workflow: texts, and parameters whose value is one or more binary fields of the item. */
export interface WorkflowInputs {
	texts: Record<string, string | string[]>;
	/** Parameter and binary field, in order; several fields of one parameter follow each other. */
	files: Array<[parameter: string, binaryField: string]>;
}

/** Reads and checks all inputs of an item; sends and reads nothing. @throws ConfigurationError */
export function readInputs(item: Item): WorkflowInputs {
	const inputs: WorkflowInputs = { texts: {}, files: [] };
	const taken = new Set<string>();
	const claim = (name: string) => {
		// It would be set as the prototype of whatever holds the inputs, and never be sent.
		if (name === '__proto__') throw new ConfigurationError('No parameter can be named "__proto__"');
		if (taken.has(name))
			throw new ConfigurationError(
				`Parameter "${name}" has two values`,
				'Give it either in Inputs or in Files, and only once.',
			);
		taken.add(name);
	};
	const values =
		item.choice('inputMode', 'Specify Inputs', ['fields', 'json']) === 'json'
			? jsonValues(item)
			: fieldValues(item);
	for (const [name, value, type] of values) {
		claim(name);
		const fields = fileFieldsOf(item, name, type, value);
		if (fields) inputs.files.push(...fields.map((field): [string, string] => [name, field]));
		// All else is text on the wire: an object as JSON (as the Python SDK sends it), true and false in lower case.
		else if (!Array.isArray(value)) inputs.texts[name] = asText(value);
		// Of an empty list nothing is sent, and no run shows it.
		else if (value.length > 0) inputs.texts[name] = value.map(asText);
	}
	for (const [name, fields] of fileRows(item)) {
		claim(name);
		inputs.files.push(...fields.map((field): [string, string] => [name, field]));
	}
	return inputs;
}

type NamedValue = [name: string, value: unknown, type: string];

/** The form: what is left empty is not sent, so that the workflow keeps its own default. */
function fieldValues(item: Item): NamedValue[] {
	const mapper = recordOf(item.raw('inputs', {}));
	const schema = listOf(mapper?.schema).map(recordOf);
	const isAuto = mapper?.mappingMode === 'autoMapInputData';
	// n8n checks the value against the schema, and fails where there is none.
	const entered = recordOf(mapper?.value) && recordOf(item.raw('inputs.value', {}));
	const given = isAuto ? recordOf(item.context.getInputData()[item.index]?.json) : entered;
	const names = isAuto
		? schema.flatMap((field) => textAt(field, 'id') ?? [])
		: Object.keys(given ?? {});
	return names.flatMap((name): NamedValue[] => {
		const value = given && Object.hasOwn(given, name) ? given[name] : undefined;
		const label =
			textAt(
				schema.find((field) => textAt(field, 'id') === name),
				'displayName',
			) ?? '';
		return value === null || value === undefined || value === ''
			? []
			: [[name, value, declaredTypeIn(label)]];
	});
}

function jsonValues(item: Item): NamedValue[] {
	const given = item.raw('inputsJson', {});
	const value = recordOf(
		typeof given === 'string' ? parsedUserJson(given.trim() === '' ? '{}' : given) : given,
	);
	if (value === undefined)
		throw new ConfigurationError(
			'Inputs (JSON) is not a JSON object',
			'Write parameter names and values, for example { "text_51536": "a red fox" }.',
		);
	return Object.entries(value).flatMap(([name, entry]): NamedValue[] =>
		entry === null || entry === undefined ? [] : [[name, entry, 'string']],
	);
}

function fileRows(item: Item): Array<[string, string[]]> {
	return listOf(recordOf(item.raw('files', {}))?.file).map((row, index) => {
		const parameter = textAt(recordOf(row), 'parameter')?.trim() ?? '';
		if (parameter === '')
			throw new ConfigurationError(
				`File ${index + 1} names no parameter`,
				'Enter the name of the workflow’s parameter that takes the file.',
			);
		return [parameter, checkedFields(item, textAt(recordOf(row), 'binaryField') ?? '')];
	});
}

/**
 * The binary fields that a value names, or undefined when it is a text. A parameter that surely takes a file must name one,
 * unless the value is a web address or data URI; one that perhaps does is a file when such a field is there.
 */
function fileFieldsOf(
	item: Item,
	name: string,
	type: string,
	value: unknown,
): string[] | undefined {
	const likelihood = takesFile({ name, type });
	const text = textOf(value);
	if (likelihood === 'no' || text === undefined || /^(https?:\/\/|data:)/i.test(text.trim()))
		return undefined;
	return likelihood === 'yes' || splitFields(text).every(item.hasBinary)
		? checkedFields(item, text)
		: undefined;
}

function checkedFields(item: Item, text: string): string[] {
	const fields = splitFields(text);
	if (fields.length === 0)
		throw new ConfigurationError(
			'The name of a binary field is empty',
			'Enter the field that holds the file, for example data.',
		);
	for (const field of fields) item.binary(field);
	return fields;
}

const splitFields = (text: string) =>
	text
		.split(',')
		.map((field) => field.trim())
		.filter((field) => field !== '');
