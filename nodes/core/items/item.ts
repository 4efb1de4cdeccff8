import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { ConfigurationError } from '../errors';
import { chosenWords, recordOf } from '../json';
import { readParameter } from './sameForAllItems';
import { binaryAt, requireBinary } from './itemFiles';
import { notEvaluated } from './notEvaluated';

/**
 * One input item and its parameters. Every reader throws ConfigurationError on bad configuration,
 * before any request.
 */
export interface Item {
	index: number;
	context: IExecuteFunctions;
	/** A required text, trimmed. `label` is what the user sees on screen. */
	text(name: string, label: string): string;
	/**
	 * A required id, as text or in a resource locator: a text that fits into one segment of a path.
	 */
	id(name: string, label: string): string;
	/** A text that may be empty, also where an expression gives nothing. */
	optionalText(name: string, label: string, fallback?: string): string;
	/**
	 * The chosen value of a resource locator, or the plain text that older workflows hold in its
	 * place.
	 */
	locator(name: string, label: string): string;
	flag(name: string, fallback: boolean): boolean;
	/** @param least smallest allowed value */
	amount(name: string, label: string, fallback: number, least: number): number;
	/**
	 * One of an options field's values, the first where nothing is set: an expression may give
	 * anything.
	 */
	choice<T extends string>(name: string, label: string, values: readonly [T, ...T[]]): T;
	/** Any of a field's values; none where nothing is set. */
	choices<T extends string>(name: string, label: string, values: readonly T[]): T[];
	raw(name: string, fallback: unknown): unknown;
	/** A binary field of the item, in whichever way this n8n stores it. */
	binary(field: string): IBinaryData;
	hasBinary(field: string): boolean;
}

/** A class, since twelve functions of its own for each of ten thousand items would cost 8 MB. */
class ItemOfNode implements Item {
	constructor(
		readonly context: IExecuteFunctions,
		readonly index: number,
	) {}

	raw(name: string, fallback: unknown): unknown {
		return readParameter(this.context, name, fallback, () =>
			this.context.getNodeParameter(name, this.index, fallback as object),
		);
	}

	text(name: string, label: string): string {
		return requiredText(this.raw(name, ''), label);
	}

	id(name: string, label: string): string {
		return requiredId(chosen(this.raw(name, '')), label);
	}

	optionalText(name: string, label: string, fallback = ''): string {
		return evaluated(String(chosen(this.raw(name, fallback)) ?? '').trim(), label);
	}

	locator(name: string, label: string): string {
		return requiredText(chosen(this.raw(name, '')), label);
	}

	flag(name: string, fallback: boolean): boolean {
		return /^\s*true\s*$/i.test(String(this.raw(name, fallback)));
	}

	amount(name: string, label: string, fallback: number, least: number): number {
		return amountOf(this.raw(name, fallback), label, least);
	}

	choice<T extends string>(name: string, label: string, values: readonly [T, ...T[]]): T {
		return oneOf(this.raw(name, values[0]), label, values);
	}

	choices<T extends string>(name: string, label: string, values: readonly T[]): T[] {
		return chosenWords(this.raw(name, [])).map((word) => oneOf(word, label, values));
	}

	binary(field: string): IBinaryData {
		return requireBinary(this.context, this.index, field);
	}

	hasBinary(field: string): boolean {
		return binaryAt(this.context, this.index, field) !== undefined;
	}
}

export const itemAt = (context: IExecuteFunctions, index: number): Item =>
	new ItemOfNode(context, index);

/** What a resource locator holds; any other value as it is. */
function chosen(value: unknown): unknown {
	const locator = recordOf(value);
	return locator !== undefined && (locator.__rl === true || 'mode' in locator)
		? locator.value
		: value;
}

/**
 * A text that holds no expression: a `{{ … }}` that reaches the node was never evaluated.
 * @throws ConfigurationError
 */
function evaluated(text: string, label: string): string {
	if (!text.includes('{{')) return text;
	throw notEvaluated(label, `: ${text.slice(0, 60)}`);
}

function requiredText(value: unknown, label: string): string {
	const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	if (text === '')
		throw new ConfigurationError(
			`${label} is empty`,
			`Fill in ${label}; if it is an expression, check what it gives for this item.`,
		);
	if (/[\p{Cc}\p{Cs}]/u.test(text))
		throw new ConfigurationError(
			`${label} contains control characters`,
			'Remove line breaks and invisible characters from it.',
		);
	return evaluated(text, label);
}

function requiredId(value: unknown, label: string): string {
	const id = requiredText(value, label);
	// Dots alone would name another path, even encoded.
	if (/^\.+$/.test(id) || id.length > 200)
		throw new ConfigurationError(
			`${label} is not an ID: ${id.slice(0, 40)}`,
			'Copy the ID again, or check what the expression gives for this item.',
		);
	return id;
}

function amountOf(given: unknown, label: string, least: number): number {
	if (typeof given === 'string') evaluated(given, label);
	// Number() would make 0, "no limit", of an expression that gives nothing.
	const value =
		typeof given === 'number' || (typeof given === 'string' && given.trim() !== '')
			? Number(given)
			: Number.NaN;
	if (!Number.isFinite(value) || value < least)
		throw new ConfigurationError(
			`${label} must be a number of at least ${least}`,
			'Enter a number; if it is an expression, check what it gives for this item.',
		);
	return value;
}

function oneOf<T extends string>(value: unknown, label: string, values: readonly T[]): T {
	const found = values.find((known) => known === value);
	if (found === undefined && typeof value === 'string') evaluated(value, label);
	if (found === undefined)
		throw new ConfigurationError(
			`${label} cannot be "${String(value)}"`,
			`It is one of these: ${values.join(', ')}.`,
		);
	return found;
}
