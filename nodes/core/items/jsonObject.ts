import { ConfigurationError } from '../errors';
import { type JsonRecord, parsedUserJson, recordOf } from '../json';
import { describeJsonFault } from '../jsonFault';
import { LongInteger } from '../jsonText';
import { allDigits, checkFinite } from './allDigits';
import type { Item } from './item';
import { nodeOf } from '../nodeOf';
import { notEvaluated } from './notEvaluated';

/** An expression of more characters would hide the advice about it. */
const LONGEST_SHOWN = 80;

/** A parameter that is one JSON object of names and values. */
export interface JsonObjectField {
	parameter: string;
	/** As the user sees it. */
	label: string;
	/** What to write, as a sentence. */
	example: string;
	/** The choice that needs no JSON. */
	otherWay: string;
}

/**
 * The object that a user entered as JSON, or that an expression gives, with all digits of its
 * integers. An empty field is an empty object; an expression that gives nothing, for all of it or
 * for one of its texts, is refused, since it would start a run without its inputs, and pay for it.
 * @throws ConfigurationError that says where the JSON breaks
 */
export function readJsonObject(item: Item, field: JsonObjectField): JsonRecord {
	const given = item.raw(field.parameter, {});
	const written = nodeOf(item.context).parameters[field.parameter];
	const isExpression = typeof written === 'string' && written.startsWith('=');
	if (typeof given === 'string') {
		const isEmptyField = given.trim() === '' && !isExpression;
		const record = isEmptyField ? {} : recordOf(parsedUserJson(given));
		if (record === undefined) throw notAnObject(field, given, isExpression);
		if (isExpression && EMPTY_TEXT.test(given)) refuseNothing(item, field.label, written);
		return record;
	}
	const record = recordOf(given);
	if (record === undefined) throw notAnObject(field, given, isExpression);
	const values = Object.values(record);
	if (values.length > 0 && values.every((value) => value === undefined))
		throw notAnObject(field, undefined, isExpression);
	// The integers of a text are exact already; those of an object come out of an expression.
	const exact = ([name, entry]: [string, unknown]): [string, unknown] => [
		name,
		typeof entry === 'number' ? exactNumber(name, entry, written) : entry,
	];
	return Object.fromEntries(Object.entries(record).map(exact));
}

const EMPTY_TEXT = /"\s*"/;
/** `"name": "{{ $json.name }}"`, or a text of a list. */
const EXPRESSION_AS_TEXT = /(?:"([^"\\]*)"\s*:\s*)?"\s*(\{\{(?:(?!\{\{|\}\})[\s\S])*\}\})\s*"/g;

/**
 * n8n puts an empty text where an expression between quotation marks gives nothing. Only the
 * expression by itself shows whether the item has an empty text or no such field.
 * @param label names a text that has no name
 * @param written the JSON as the user wrote it, expressions included
 * @throws ConfigurationError
 */
function refuseNothing(item: Item, label: string, written: string): void {
	for (const [, name = label, expression] of written.matchAll(EXPRESSION_AS_TEXT)) {
		const value: unknown = item.context.evaluateExpression(expression, item.index);
		if (value === undefined || value === null) throw givesNothing(name, expression);
	}
}

/** @param expression with its braces */
export function givesNothing(name: string, expression: string): ConfigurationError {
	const inner = expression.trim().slice(2, -2).trim();
	return new ConfigurationError(
		`Invalid input for '${name}': its expression gives nothing for this item`,
		inner.length > LONGEST_SHOWN || /[{}]/.test(inner)
			? 'Check the names in the expression. If it may be empty, add ?? "" to its end.'
			: `Check the names in ${expression}. If it may be empty, write {{ ${inner} ?? "" }}.`,
	);
}

/**
 * A number that an expression gives, in all of its digits.
 * @throws ConfigurationError
 */
export function exactNumber(name: string, value: number, written: unknown): number | LongInteger {
	checkFinite(name, value);
	const exact = allDigits(name, value, written);
	return typeof exact === 'string' ? new LongInteger(exact) : exact;
}

function notAnObject(
	{ label, example, otherWay }: JsonObjectField,
	given: unknown,
	isExpression: boolean,
): ConfigurationError {
	const message = `${label} is not a JSON object`;
	if (typeof given !== 'string')
		return new ConfigurationError(
			message,
			given === null || given === undefined
				? `The expression gives nothing for this item. ${example}`
				: example,
		);
	if (given.trim() === '')
		return new ConfigurationError(
			message,
			`The expression gives an empty text for this item. ${example}`,
		);
	if (!isExpression && given.includes('{{')) return notEvaluated(label);
	const place = describeJsonFault(given);
	return new ConfigurationError(
		message,
		place === undefined
			? example
			: `It breaks at ${place}. Put values in with {{ JSON.stringify($json.text) }}, or choose ${otherWay}.`,
	);
}
