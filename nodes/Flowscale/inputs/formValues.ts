import { ConfigurationError } from '../../core/errors';
import type { Item } from '../../core/items/item';
import { nodeOf } from '../../core/nodeOf';
import { asText, listOf, parsedUserJson, recordOf, textAt, type JsonRecord } from '../../core/json';
import { allDigits, checkFinite } from '../../core/items/allDigits';
import { notEvaluated } from '../../core/items/notEvaluated';
import { declaredTypeOf, kindOf, type InputKind } from './inputKind';

/** A parameter's name, its value, and the service's word for its type. */
export type NamedValue = [name: string, value: unknown, type: string];

interface FormField {
	name: string;
	type: string;
}

/**
 * The form: what is left empty is not sent, so that the workflow keeps its default. The values are
 * read as they were entered: n8n's conversion by the form's schema makes 0 of an empty cell, and
 * rounds seeds above 2^53.
 * @throws ConfigurationError
 */
export function formValues(item: Item): NamedValue[] {
	const mapper = recordOf(item.raw('inputs', {}));
	const fields = fieldsOf(mapper);
	const isAuto = mapper?.mappingMode === 'autoMapInputData';
	const given = isAuto
		? recordOf(item.context.getInputData()[item.index]?.json)
		: recordOf(mapper?.value);
	const has = (name: string) => given !== undefined && Object.hasOwn(given, name);
	const names = isAuto ? fields.map(({ name }) => name).filter(has) : Object.keys(given ?? {});
	if (isAuto) refuseNoMatch(fields, names, given);
	const typed = new Map(fields.map(({ name, type }) => [name, type]));
	return names.flatMap((name): NamedValue[] => {
		const type = typed.get(name) ?? 'string';
		const value = given?.[name];
		if (isEmpty(value, kindOf({ name, type }))) return [];
		return [[name, checkedValue(item, { name, type }, value), type]];
	});
}

/** Names of the inputs that the form knows; none where it was never drawn. */
export function namesInForm(item: Item): string[] {
	return fieldsOf(recordOf(item.raw('inputs', {}))).map(({ name }) => name);
}

function fieldsOf(mapper: JsonRecord | undefined): FormField[] {
	return listOf(mapper?.schema).flatMap((entry): FormField[] => {
		const field = recordOf(entry);
		const name = textAt(field, 'id');
		if (name === undefined) return [];
		const type = declaredTypeOf({
			declaredType: textAt(field, 'declaredType'),
			displayName: textAt(field, 'displayName'),
			type: textAt(field, 'type'),
		});
		return [{ name, type }];
	});
}

/** A run without any input is a paid mistake, not a mapping. @throws ConfigurationError */
function refuseNoMatch(fields: FormField[], names: string[], given: JsonRecord | undefined): void {
	if (fields.length === 0)
		throw new ConfigurationError(
			'Inputs cannot be mapped automatically: the inputs of this workflow are not known',
			'Choose the workflow from the list, or specify the inputs using JSON.',
		);
	if (names.length === 0)
		throw new ConfigurationError(
			'No field of the item has the name of an input',
			`Inputs of the workflow: ${fields.map(({ name }) => name).join(', ')}. Fields of the item: ${Object.keys(given ?? {}).join(', ') || 'none'}.`,
		);
}

function isEmpty(value: unknown, kind: InputKind): boolean {
	if (value === null || value === undefined || value === '') return true;
	return kind !== 'text' && typeof value === 'string' && value.trim() === '';
}

const TAKES: Record<Exclude<InputKind, 'text' | 'file'>, string> = {
	integer: 'a whole number',
	number: 'a number',
	boolean: 'true or false',
	object: 'a JSON object',
	array: 'a list',
};
const NUMBER = /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The value in the form in which it is sent.
 * @throws ConfigurationError that says what was expected and what came
 */
function checkedValue(item: Item, field: FormField, value: unknown): unknown {
	const kind = kindOf(field);
	const exact = typeof value === 'number' ? exactNumber(item, field.name, value, kind) : value;
	checkedText(field.name, exact);
	if (kind === 'text' || kind === 'file') return exact;
	const checked = CHECKS[kind](exact);
	if (checked !== undefined) return checked;
	const isNumber = kind === 'integer' && !NUMBER.test(asText(exact).trim());
	throw new ConfigurationError(
		`Invalid input for '${field.name}': expects ${isNumber ? 'a number' : TAKES[kind]} but got '${asText(exact).slice(0, 60)}'`,
		'Correct the value, or leave the field empty to keep the workflow’s default.',
	);
}

/**
 * Each gives undefined for a value that does not fit. Texts that fit are sent as written: digits
 * survive.
 */
const CHECKS: Record<keyof typeof TAKES, (value: unknown) => unknown> = {
	integer: (value) => {
		const text = numberText(value);
		if (text === undefined || /^[+-]?\d+$/.test(text)) return text;
		const number = Number(text);
		return Number.isSafeInteger(number) ? String(number) : undefined;
	},
	number: numberText,
	boolean: (value) => {
		const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
		if ([true, 'true', 'yes', 'on', '1', 1].includes(word as string)) return true;
		if ([false, 'false', 'no', 'off', '0', 0].includes(word as string)) return false;
		return undefined;
	},
	object: (value) => {
		const text = typeof value === 'string' ? value.trim() : undefined;
		return recordOf(text === undefined ? value : parsedUserJson(text)) && (text ?? value);
	},
	array: (value) => {
		const list = typeof value === 'string' ? parsedUserJson(value) : value;
		return Array.isArray(list) ? list : undefined;
	},
};

function numberText(value: unknown): string | undefined {
	const text = typeof value === 'number' ? String(value) : value;
	return typeof text === 'string' && NUMBER.test(text.trim()) ? text.trim() : undefined;
}

function exactNumber(item: Item, name: string, value: number, kind: InputKind): unknown {
	checkFinite(name, value);
	if (kind === 'number') return value;
	const inputs = recordOf(nodeOf(item.context).parameters.inputs);
	return allDigits(name, value, recordOf(inputs?.value)?.[name]);
}

/** @throws ConfigurationError for texts that are certainly not meant */
export function checkedText(name: string, value: unknown): unknown {
	for (const text of [value].flat()) {
		if (typeof text !== 'string') continue;
		if (/\{\{\s*\$/.test(text)) throw notEvaluated(`Invalid input for '${name}': it`);
		if (text.includes('[object Object]'))
			throw new ConfigurationError(
				`Invalid input for '${name}': an object stands in the text, as [object Object]`,
				'Choose one of its fields, or write it out with {{ JSON.stringify(…) }}.',
			);
	}
	return value;
}
