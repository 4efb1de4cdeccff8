import { type JsonRecord, listOf, parsedJson, recordOf, textAt, textOf } from '../../core/json';
import { readList } from './readers';

/**
 * One declared input or output: its name and the service's word for its type (`string`, `image`,
 * …).
 */
export interface Parameter {
	name: string;
	type: string;
}

/** An input as the form shows it. */
export interface DeclaredInput extends Parameter {
	/** What a person reads on the dashboard; undefined where the deployment names inputs only. */
	label?: string;
	/** The values that the input takes, where the deployment names them. */
	choices?: string[];
	/** What else the deployment calls it, such as its path within the workflow. */
	otherNames?: string[];
}

export interface Workflow {
	workflow_id: string;
	name: string;
	description: string | null;
	inputs: Parameter[];
	outputs: Parameter[];
}

export interface ListedWorkflow {
	workflow: Workflow;
	/** The inputs of the workflow, with their labels. */
	declared: DeclaredInput[];
	/** The service's object. */
	raw: JsonRecord;
}

/** The list of deployed workflows: `data` itself (JS SDK) or `data.workflows` (Python SDK). */
export function readWorkflows(data: unknown): ListedWorkflow[] {
	return (readList(data, 'workflows') ?? []).flatMap((entry) => {
		const raw = recordOf(entry);
		const id = textAt(raw, 'workflow_id', 'workflowId', 'id', '_id');
		if (raw === undefined || id === undefined) return [];
		const declared = readParameters(raw.inputs);
		const workflow = {
			workflow_id: id,
			name: textAt(raw, 'name', 'title') ?? id,
			description: textAt(raw, 'description') ?? null,
			inputs: declared.map(({ name, type }) => ({ name, type })),
			// The dashboard gives an output a label, and not always a name (flowscale-aios).
			outputs: readParameters(raw.outputs, 'label').map(({ name, type }) => ({ name, type })),
		};
		return [{ workflow, declared, raw }];
	});
}

const NAME_KEYS = ['name', 'path', 'id', 'key', 'field', 'input_name'];
const CHOICE_KEYS = ['options', 'choices', 'enum', 'values'];

/**
 * Declared as JSON text, as an object of name to type, as a list of names or of objects, or not at
 * all.
 * @param more further keys that may hold the name
 */
function readParameters(declared: unknown, ...more: string[]): DeclaredInput[] {
	const value = typeof declared === 'string' ? parsedJson(declared) : declared;
	if (Array.isArray(value))
		return value.flatMap((entry) =>
			parameterOf(textAt(recordOf(entry), ...NAME_KEYS, ...more) ?? textOf(entry), entry),
		);
	return Object.entries(recordOf(value) ?? {}).flatMap(([name, entry]) => parameterOf(name, entry));
}

/**
 * The vendor's dashboard declares `{path: "6.inputs.text", label, parameter_name, demo_type,
 * value_type, randomize}` (flowscale-aios): what is sent is `parameter_name`, and the path only
 * says where it ends up.
 */
function parameterOf(key: string | undefined, declared: unknown): DeclaredInput[] {
	const record = recordOf(declared);
	const name = textAt(record, 'parameter_name', 'parameterName') ?? key;
	if (name === undefined) return [];
	const label = textAt(record, 'label', 'title', 'display_name', 'displayName')?.trim();
	const choices = choicesOf(record);
	const otherNames = NAME_KEYS.flatMap((other) => textAt(record, other) ?? []);
	const others = [...new Set([key, ...otherNames])].filter(
		(other): other is string => other !== undefined && other !== name,
	);
	return [
		{
			name,
			type: typeOf(name, declared),
			...(label && label !== name ? { label } : {}),
			...(choices.length > 0 ? { choices } : {}),
			...(others.length > 0 ? { otherNames: others } : {}),
		},
	];
}

/**
 * The values that an input takes: a list, also of `{label, value}`, or ComfyUI's way, which has it in
 * the place of the type.
 */
function choicesOf(record: JsonRecord | undefined): string[] {
	const lists = [...CHOICE_KEYS.map((key) => record?.[key]), listOf(record?.type)];
	const choices = lists.flatMap((list) =>
		listOf(list).flatMap(
			(choice) => textAt(recordOf(choice), 'value', 'name') ?? textOf(choice) ?? [],
		),
	);
	return isComfyType(record?.type) ? [] : [...new Set(choices)];
}

/** ComfyUI's `["INT", {"default": 3}]`. */
const isComfyType = (type: unknown) => Array.isArray(type) && recordOf(type[1]) !== undefined;

const VAGUE = /^(string|str|text|textarea|any|\*|input|value|number|combo|widget)$/;

/**
 * Of several type words the one that says most: `demo_type: image` beside `value_type: string` is
 * an image.
 */
function typeOf(name: string, declared: unknown): string {
	if (typeof declared === 'string') return declared === name ? 'string' : declared.toLowerCase();
	const record = recordOf(declared);
	const comfyType = Array.isArray(declared) ? declared : record?.type;
	if (isComfyType(comfyType)) return (textOf(listOf(comfyType)[0]) ?? 'string').toLowerCase();
	const words = ['type', 'demo_type', 'value_type', 'demoType', 'valueType'].flatMap(
		(key) => textAt(record, key)?.trim().toLowerCase() ?? [],
	);
	const type =
		words.find((word) => !VAGUE.test(word)) ??
		words.find((word) => word === 'number') ??
		words[0] ??
		'string';
	// ComfyUI draws a new seed for each run where this is set: seeds are whole numbers of up to 20
	// digits.
	return record?.randomize === true && type === 'number' ? 'int' : type;
}
