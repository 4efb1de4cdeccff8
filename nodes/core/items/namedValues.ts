import type { INodeProperties } from 'n8n-workflow';
import { ConfigurationError } from '../errors';
import type { Item } from './item';
import { descriptionsIn, fieldsOfBinaryObject } from './itemFiles';
import { exactNumber, givesNothing, readJsonObject } from './jsonObject';
import { asText, listOf, parsedUserJson, recordOf, textAt } from '../json';
import { nodeOf } from '../nodeOf';
import { notEvaluated } from './notEvaluated';

/** A set of named values that a user enters as pairs, or all at once as JSON. */
export interface NamedValuesForm {
	/**
	 * Names of the parameters: the choice between the two ways, the pairs (a collection of `entry`),
	 * and the JSON.
	 */
	mode: string;
	pairs: string;
	entry: string;
	json: string;
	/** What a value is called on screen, in the singular: "Parameter". */
	word: string;
	namePlaceholder: string;
	jsonPlaceholder: string;
	hint: string;
}

/** The three fields of such a form: the choice between the ways, the pairs, and the JSON. */
export function namedValuesFields(form: NamedValuesForm): INodeProperties[] {
	const { mode, word } = form;
	return [
		{
			displayName: `Specify ${word}s`,
			name: mode,
			type: 'options',
			options: [
				{ name: 'Using Fields Below', value: 'fields' },
				{ name: 'Using JSON', value: 'json' },
			],
			default: 'fields',
			description: 'Whether to enter names and values one by one or all at once as JSON',
		},
		pairsField(form),
		{
			displayName: `${word}s (JSON)`,
			name: form.json,
			type: 'json',
			default: '{}',
			placeholder: form.jsonPlaceholder,
			description: form.hint,
			displayOptions: { show: { [mode]: ['json'] } },
		},
	];
}

function pairsField(form: NamedValuesForm): INodeProperties {
	const { word } = form;
	return {
		displayName: `${word}s`,
		name: form.pairs,
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: `Add ${word}`,
		default: {},
		description: form.hint,
		displayOptions: { show: { [form.mode]: ['fields'] } },
		options: [
			{
				displayName: word,
				name: form.entry,
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: form.namePlaceholder,
					},
					pairTypeField,
					{ displayName: 'Value', name: 'value', type: 'string', default: '' },
				],
			},
		],
	};
}

const pairTypeField: INodeProperties = {
	displayName: 'Type',
	name: 'type',
	type: 'options',
	options: [
		{
			name: 'Automatic',
			value: 'auto',
			description:
				'Numbers, true, false, lists and objects are sent as such, everything else as text',
		},
		{ name: 'Text', value: 'text', description: 'Sent as text, whatever it looks like' },
	],
	default: 'auto',
};

/** @throws ConfigurationError */
export function readNamedValues(
	item: Item,
	{ mode, pairs, entry, json, word }: NamedValuesForm,
): Record<string, unknown> {
	const given =
		item.choice(mode, `Specify ${word}s`, ['fields', 'json']) === 'json'
			? Object.entries(readJsonObject(item, jsonFieldOf(json, word)))
			: pairValues(item, pairs, entry, word);
	const values = new Map<string, unknown>();
	for (const [name, value] of given) {
		refuseFile(item, name, value);
		if (values.has(name))
			throw new ConfigurationError(`${word} "${name}" has two values`, 'Give it only once.');
		values.set(name, value);
	}
	// Each name becomes a key of the object itself, `__proto__` and `constructor` included.
	return Object.fromEntries(values);
}

/** Neither service takes files: n8n's description of one is no value. @throws ConfigurationError */
function refuseFile(item: Item, name: string, value: unknown): void {
	for (const description of descriptionsIn(value)) {
		const [field] = fieldsOfBinaryObject(item.context, item.index, description);
		if (field !== undefined)
			throw new ConfigurationError(
				`Invalid input for '${name}': it holds the file "${field}" of the item, and files cannot be sent here`,
				'Store the file where it has a web address, for example with the S3 node, and enter that address.',
			);
	}
}

const jsonFieldOf = (parameter: string, word: string) => ({
	parameter,
	label: `${word}s (JSON)`,
	example: 'Write names and values between braces: { "name": "value" }.',
	otherWay: 'Using Fields Below',
});

function pairValues(
	item: Item,
	pairs: string,
	entry: string,
	word: string,
): Array<[string, unknown]> {
	const written = listOf(recordOf(recordOf(nodeOf(item.context).parameters)?.[pairs])?.[entry]);
	return listOf(recordOf(item.raw(pairs, {}))?.[entry]).map((row, index) => {
		const record = recordOf(row);
		const name = textAt(record, 'name')?.trim() ?? '';
		if (name === '')
			throw new ConfigurationError(
				`${word} ${index + 1} has no name`,
				'Enter its name, or remove it.',
			);
		const value = exactValue(name, record?.value, recordOf(written[index])?.value);
		return [name, record?.type === 'text' ? asText(value) : guessed(value)];
	});
}

/** @param written the value as the user wrote it @throws ConfigurationError */
function exactValue(name: string, value: unknown, written: unknown): unknown {
	if (typeof written === 'string' && !written.startsWith('=') && /\{\{\s*\$/.test(written))
		throw notEvaluated(`Invalid input for '${name}': it`);
	if (
		typeof written === 'string' &&
		written.startsWith('=') &&
		(value === undefined || value === null)
	)
		throw givesNothing(name, written.slice(1));
	return typeof value === 'number' ? exactNumber(name, value, written) : value;
}

/**
 * Whether a text is nothing but a number: true for `1.0`, false for `12e4567`, which is an ID (as a
 * number it is infinite).
 */
const isWholly = (parsed: number, text: string) =>
	Number.isFinite(parsed) &&
	(!Number.isInteger(parsed) || String(parsed) === text || /^-?\d{1,15}\.\d+$/.test(text));

/**
 * A text that is a number, true, false, a list or an object in JSON. An integer of any length is
 * sent with all of its digits.
 */
function guessed(value: unknown): unknown {
	if (typeof value !== 'string') return value ?? '';
	const parsed = parsedUserJson(value);
	if (typeof parsed === 'number') return isWholly(parsed, value.trim()) ? parsed : value;
	return typeof parsed === 'boolean' || (typeof parsed === 'object' && parsed !== null)
		? parsed
		: value;
}
