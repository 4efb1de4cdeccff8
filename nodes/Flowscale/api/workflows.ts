import { type JsonRecord, parsedJson, recordOf, textAt, textOf } from '../../core/json';
import { readList } from './readers';

/** One declared input or output: its name and the service's own word for its type (`string`, `image`, …). */
export interface Parameter {
	name: string;
	type: string;
}

export interface Workflow {
	workflow_id: string;
	name: string;
	description: string | null;
	inputs: Parameter[];
	outputs: Parameter[];
}

/** The list of deployed workflows: `data` itself (JS SDK) or `data.workflows` (Python SDK). */
export function readWorkflows(data: unknown): Array<{ workflow: Workflow; raw: JsonRecord }> {
	return (readList(data, 'workflows') ?? []).flatMap((entry) => {
		const raw = recordOf(entry);
		const id = textAt(raw, 'workflow_id', 'workflowId', 'id', '_id');
		if (raw === undefined || id === undefined) return [];
		const workflow = {
			workflow_id: id,
			name: textAt(raw, 'name', 'title') ?? id,
			description: textAt(raw, 'description') ?? null,
			inputs: readParameters(raw.inputs),
			outputs: readParameters(raw.outputs),
		};
		return [{ workflow, raw }];
	});
}

/** Declared as JSON text, as an object of name to type, as a list of names or of objects, or not at all. */
function readParameters(declared: unknown): Parameter[] {
	const value = typeof declared === 'string' ? parsedJson(declared) : declared;
	if (Array.isArray(value))
		return value.flatMap((entry) =>
			parameterOf(textAt(recordOf(entry), 'name', 'path', 'id') ?? textOf(entry), entry),
		);
	return Object.entries(recordOf(value) ?? {}).flatMap(([name, entry]) => parameterOf(name, entry));
}

function parameterOf(name: string | undefined, declared: unknown): Parameter[] {
	if (name === undefined) return [];
	const type =
		textAt(recordOf(declared), 'type') ??
		(typeof declared === 'string' && declared !== name ? declared : 'string');
	return [{ name, type: type.toLowerCase() }];
}

const FILE_TYPE = /image|video|audio|file|binary|mask|model|mesh|3d|upload/;
/** Widget names of ComfyUI's loaders, each with the parameter's number behind it. */
const FILE_NAME = /^(image|images|video|audio|mask|model_file|file)(_|$)(?!url)/i;
const NAMES_A_LINK = /url/i;

/**
 * How surely a parameter takes a file. The declared type does not settle it: a live dashboard shows an upload field
 * `image_51225` declared as `string`, so such a name makes a file possible without demanding one.
 */
export function takesFile({ name, type }: Parameter): 'yes' | 'perhaps' | 'no' {
	if (FILE_TYPE.test(type)) return 'yes';
	return FILE_NAME.test(name) && !NAMES_A_LINK.test(name) ? 'perhaps' : 'no';
}

/**
 * Label of an input in the form. The editor stores the form with the node and knows no file fields, so the declared type
 * travels in the label, where the user sees it too.
 */
export function labelOf({ name, type }: Parameter): string {
	return `${name} (${type})`;
}

export function declaredTypeIn(label: string): string {
	return /\(([^()]+)\)$/.exec(label)?.[1] ?? 'string';
}

export type FormType = 'string' | 'number' | 'boolean' | 'object' | 'array';

/** The editor's field type for a declared type; files are text fields that name a binary field. */
export function formTypeOf({ type }: Parameter): FormType {
	if (/^(int|integer|float|double|number|decimal)/.test(type)) return 'number';
	if (/^bool/.test(type)) return 'boolean';
	if (/^(object|json|dict)/.test(type)) return 'object';
	if (/^(array|list)/.test(type)) return 'array';
	return 'string';
}
