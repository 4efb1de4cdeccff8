import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { ConfigurationError } from '../errors';

/** One input item and its parameters. Every reader throws ConfigurationError on bad configuration, before any request. */
export interface Item {
	index: number;
	context: IExecuteFunctions;
	/** A required text, trimmed. `label` is what the user sees on screen. */
	text(name: string, label: string): string;
	/** A required id: a text that fits into one segment of a path. */
	id(name: string, label: string): string;
	/** A text that may be empty, also where an expression gives nothing. */
	optionalText(name: string, fallback?: string): string;
	/** The chosen value of a resource locator. */
	locator(name: string, label: string): string;
	flag(name: string, fallback: boolean): boolean;
	/** @param least smallest allowed value */
	amount(name: string, label: string, fallback: number, least: number): number;
	/** One of an options field's values, the first where nothing is set: an expression may give anything. */
	choice<T extends string>(name: string, label: string, values: readonly [T, ...T[]]): T;
	/** Any of a field's values; none where nothing is set. */
	choices<T extends string>(name: string, label: string, values: readonly T[]): T[];
	raw(name: string, fallback: unknown): unknown;
	/** A binary field of the item, in whichever way this n8n stores it. */
	binary(field: string): IBinaryData;
	hasBinary(field: string): boolean;
}

export function itemAt(context: IExecuteFunctions, index: number): Item {
	const raw = (name: string, fallback: unknown): unknown =>
		context.getNodeParameter(name, index, fallback as object);
	const required = (value: unknown, label: string) => {
		const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
		if (text === '')
			throw new ConfigurationError(
				`${label} is empty`,
				`Fill in ${label}; if it is an expression, check what it gives for this item.`,
			);
		if (/[\p{Cc}\p{Cs}]/u.test(text))
			throw new ConfigurationError(`${label} contains control characters`);
		return text;
	};
	const oneOf = <T extends string>(value: unknown, label: string, values: readonly T[]): T => {
		const found = values.find((known) => known === value);
		if (found === undefined)
			throw new ConfigurationError(
				`${label} cannot be "${String(value)}"`,
				`It is one of these: ${values.join(', ')}.`,
			);
		return found;
	};
	return {
		index,
		context,
		raw,
		text: (name, label) => required(raw(name, ''), label),
		id: (name, label) => {
			const id = required(raw(name, ''), label);
			// Dots alone would name another path, even encoded.
			if (/^\.+$/.test(id) || id.length > 200)
				throw new ConfigurationError(`${label} is not an ID: ${id.slice(0, 40)}`);
			return id;
		},
		optionalText: (name, fallback = '') => String(raw(name, fallback) ?? '').trim(),
		locator: (name, label) =>
			required(context.getNodeParameter(name, index, '', { extractValue: true }), label),
		flag: (name, fallback) => [true, 'true'].includes(raw(name, fallback) as boolean | string),
		amount: (name, label, fallback, least) => {
			const given = raw(name, fallback);
			// Number() would make 0, "no limit", of an expression that gives nothing.
			const value =
				typeof given === 'number' || (typeof given === 'string' && given.trim() !== '')
					? Number(given)
					: Number.NaN;
			if (!Number.isFinite(value) || value < least)
				throw new ConfigurationError(`${label} must be a number of at least ${least}`);
			return value;
		},
		choice: (name, label, values) => oneOf(raw(name, values[0]), label, values),
		choices: (name, label, values) =>
			[raw(name, [])]
				.flat()
				.filter((value) => (value ?? '') !== '')
				.map((value) => oneOf(value, label, values)),
		binary: (field) => {
			const found = binaryAt(context, index, field);
			if (found !== undefined) return found;
			// With n8n's combined storage files stand among the JSON.
			const { binary, json } = context.getInputData()[index] ?? {};
			const fields = Object.keys({ ...binary, ...json }).filter(
				(name) => binaryAt(context, index, name) !== undefined,
			);
			const hint =
				fields.length > 0
					? `Its binary fields: ${fields.join(', ')}.`
					: 'It has none at all. Check the node before this one.';
			throw new ConfigurationError(`The item has no binary field "${field}"`, hint);
		},
		hasBinary: (field) => binaryAt(context, index, field) !== undefined,
	};
}

/** n8n's own check throws a message of its own when the field is missing; ours names the fields that are there. */
function binaryAt(
	context: IExecuteFunctions,
	index: number,
	field: string,
): IBinaryData | undefined {
	try {
		const found = context.helpers.assertBinaryData(index, field);
		// By a name that every object has, n8n finds what is no file.
		return typeof found.mimeType === 'string' ? found : undefined;
	} catch {
		return undefined;
	}
}
