import type { DeclaredInput, Parameter } from '../api/workflows';

/** What a field of the form takes. */
export type InputKind = 'text' | 'integer' | 'number' | 'boolean' | 'object' | 'array' | 'file';

const FILE_TYPE = /image|picture|photo|video|audio|file|binary|mask|model|mesh|3d|upload/;
const NAMES_A_LINK = /url|link/i;
/** Widget names of ComfyUI's loaders, each with the parameter's number behind it. */
const LOADER_NAME = /^(images?|videos?|audios?|masks?|model_file|files?)(_\d+)?$/i;
/**
 * Names that begin like those of loaders: `image_strength_12` takes no file, `images_lora_trainer`
 * does.
 */
const FILE_NAME = /^(image|images|video|audio|mask|model_file|file)(_|$)(?!url)/i;

/**
 * How surely a parameter takes a file. The declared type does not settle it: a live dashboard shows
 * an upload field `image_51225` declared as `string`, so such a name makes a file likely without
 * demanding one.
 */
export type FileLikelihood = 'yes' | 'likely' | 'perhaps' | 'no';

export function takesFile({ name, type }: Parameter): FileLikelihood {
	if (FILE_TYPE.test(type) && !NAMES_A_LINK.test(type)) return 'yes';
	if (kindOfType(type) !== 'text' || NAMES_A_LINK.test(name)) return 'no';
	if (LOADER_NAME.test(name)) return 'likely';
	return FILE_NAME.test(name) ? 'perhaps' : 'no';
}

function kindOfType(type: string): Exclude<InputKind, 'file'> {
	if (/^(int|integer|long|seed)/.test(type)) return 'integer';
	if (/^(float|double|number|decimal|slider)/.test(type)) return 'number';
	if (/^bool/.test(type)) return 'boolean';
	if (/^(object|json|dict)/.test(type)) return 'object';
	if (/^(array|list)/.test(type)) return 'array';
	return 'text';
}

/** A declared type as a kind of field. */
export function kindOf(input: Parameter): InputKind {
	return takesFile(input) === 'yes' ? 'file' : kindOfType(input.type);
}

export type FormType = 'string' | 'number' | 'options' | 'object' | 'array';

/**
 * The editor's field type for an input. A file is a text field that names a field of the item. A
 * whole number is a text field too: the editor's number field rounds seeds above 2^53. A yes/no is
 * a list, since the editor's switch cannot be left empty and would overrule the workflow's default.
 */
export function formTypeOf(input: Parameter): FormType {
	const types = { number: 'number', boolean: 'options', object: 'object', array: 'array' } as const;
	const kind = kindOf(input);
	return kind in types ? types[kind as keyof typeof types] : 'string';
}

const FILE_WORDS: Array<[RegExp, string]> = [
	[/video/, 'video file'],
	[/audio/, 'audio file'],
	[/model|mesh|3d/, '3D file'],
	[/image|picture|photo|mask/, 'image file'],
];
const KIND_WORDS: Partial<Record<InputKind, string>> = {
	integer: 'whole number',
	object: 'JSON object',
	array: 'JSON list',
};

/** Types of several files under one name: `images`, `image[]`, `list[video]`. */
const MANY_FILES = /\[\]|list|array|multi|(image|picture|photo|video|audio|mask|file)s(?![a-z])/;

/** What goes into a field, in words, where its appearance does not show it. */
function wordsFor(input: Parameter): string | undefined {
	const likelihood = takesFile(input);
	if (likelihood !== 'yes' && likelihood !== 'likely') return KIND_WORDS[kindOf(input)];
	const text = likelihood === 'yes' ? input.type : input.name.toLowerCase();
	const words = FILE_WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? 'file';
	return MANY_FILES.test(text) ? `${words}s` : words;
}

/**
 * Label of an input in the form: the service's, else its name made readable: `text_51536` is "Text
 * 51536".
 */
export function labelOf(input: DeclaredInput): string {
	const readable = input.name
		.replace(/_+/g, ' ')
		.trim()
		.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
	const words = wordsFor(input);
	const label = input.label ?? (readable || input.name);
	return words === undefined ? label : `${label} (${words})`;
}

const TYPE_IN_LABEL = /\(([^()]+)\)$/;
const TYPES_OF_WORDS: Record<string, string> = {
	'whole number': 'int',
	'JSON object': 'object',
	'JSON list': 'array',
};

/**
 * The declared type of a field in a saved form. The editor keeps the whole field as we made it,
 * `declaredType` included; forms of earlier versions, and hand-made ones, have it in their label:
 * `image_22068 (image)`.
 */
export function declaredTypeOf(field: {
	declaredType?: string;
	displayName?: string;
	type?: string;
}) {
	if (field.declaredType !== undefined) return field.declaredType.toLowerCase();
	const words = TYPE_IN_LABEL.exec(field.displayName ?? '')?.[1];
	const known = field.type === undefined || field.type === 'options' ? 'string' : field.type;
	if (words === undefined) return known.toLowerCase();
	const type = TYPES_OF_WORDS[words] ?? words.toLowerCase();
	// Brackets may well belong to the name: "Denoise (0 to 1)".
	return kindOfType(type) === 'text' && !FILE_TYPE.test(type) ? known.toLowerCase() : type;
}
