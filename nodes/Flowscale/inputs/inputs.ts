import type { IExecuteFunctions } from 'n8n-workflow';
import { ConfigurationError } from '../../core/errors';
import { type Item, itemAt } from '../../core/items/item';
import { asText, listOf, recordOf, textAt } from '../../core/json';
import { checkedFields, fileFieldsOf } from './fileValues';
import { formValues, namesInForm, type NamedValue } from './formValues';
import { takesFile } from './inputKind';
import { jsonValues } from './jsonInputs';

/**
 * What an item sends to a workflow: texts, and parameters whose value is one or more files of the
 * item.
 */
export interface WorkflowInputs {
	texts: Record<string, string | string[]>;
	/**
	 * Parameter and field of the item, in order; several fields of one parameter follow each other.
	 */
	files: Array<[parameter: string, binaryField: string]>;
}

/** Reads and checks all inputs of an item; sends and reads nothing. @throws ConfigurationError */
export function readInputs(item: Item): WorkflowInputs {
	const inputs: WorkflowInputs = { texts: {}, files: [] };
	const claim = claimNames();
	for (const [name, value, type] of valuesOf(item)) {
		claim(name);
		const isFileElsewhere = () => isFileInBatch(item.context, name);
		const fields = fileFieldsOf(item, { name, type, value, isFileElsewhere });
		if (fields) inputs.files.push(...fields.map((field): [string, string] => [name, field]));
		// All else is text on the wire: an object as JSON (as the Python SDK sends it), true and false
		// in lower case.
		else if (!Array.isArray(value)) inputs.texts[name] = asText(value);
		// An empty list sends nothing, so no run shows it.
		else if (value.length > 0) inputs.texts[name] = value.map(asText);
	}
	for (const [name, fields] of fileRows(item)) {
		claim(name);
		inputs.files.push(...fields.map((field): [string, string] => [name, field]));
	}
	return inputs;
}

const usesJson = (item: Item) =>
	item.choice('inputMode', 'Specify Inputs', ['fields', 'json']) === 'json';

function valuesOf(item: Item): NamedValue[] {
	return usesJson(item) ? jsonValues(item) : formValues(item);
}

/** Each name is given once. @throws ConfigurationError */
function claimNames(): (name: string) => void {
	const taken = new Set<string>();
	return (name) => {
		// It would be set as the prototype of whatever holds the inputs, and never be sent.
		if (name === '__proto__')
			throw new ConfigurationError(
				'No parameter can be named "__proto__"',
				'Rename it in the workflow.',
			);
		if (taken.has(name))
			throw new ConfigurationError(
				`Parameter "${name}" has two values`,
				'Set it once, either in Inputs or in Files.',
			);
		taken.add(name);
	};
}

const filesOfBatches = new WeakMap<IExecuteFunctions, Map<string, boolean>>();

/**
 * Whether any item of the execution names a file of its own for this parameter; read once per
 * parameter.
 */
function isFileInBatch(context: IExecuteFunctions, name: string): boolean {
	const known = filesOfBatches.get(context) ?? new Map<string, boolean>();
	filesOfBatches.set(context, known);
	const found =
		known.get(name) ??
		context.getInputData().some((_, index) => isFileAt(itemAt(context, index), name));
	known.set(name, found);
	return found;
}

function isFileAt(item: Item, name: string): boolean {
	try {
		return valuesOf(item).some(
			([key, value, type]) =>
				key === name &&
				takesFile({ name, type }) !== 'no' &&
				[value].flat().every((entry) => asText(entry) !== '' && item.hasBinary(asText(entry))),
		);
	} catch {
		// That item is refused for a reason of its own.
		return false;
	}
}

function fileRows(item: Item): Array<[string, string[]]> {
	return listOf(recordOf(item.raw('files', {}))?.file).map((entry, index) => {
		const row = recordOf(entry);
		const parameter = textAt(row, 'parameter')?.trim() ?? '';
		if (parameter === '')
			throw new ConfigurationError(
				`File ${index + 1} names no parameter`,
				'Enter the name of the workflow’s parameter that takes the file.',
			);
		refuseUnknown(item, parameter);
		return [parameter, checkedFields(item, row?.binaryField ?? '')];
	});
}

/**
 * Where the form knows the inputs of the workflow, a file for another name would go nowhere.
 * @throws ConfigurationError
 */
function refuseUnknown(item: Item, parameter: string): void {
	const names = usesJson(item) ? [] : namesInForm(item);
	if (names.length === 0 || names.includes(parameter)) return;
	throw new ConfigurationError(
		`The workflow has no input "${parameter}"`,
		`Its inputs: ${names.join(', ')}. If the workflow has changed, open this node to load its form again.`,
	);
}
