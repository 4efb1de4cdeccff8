import { ConfigurationError } from '../../core/errors';
import type { Item } from '../../core/items/item';
import { parsedUserJson, recordOf } from '../../core/json';
import { describeJsonFault } from '../../core/jsonFault';
import { allDigits } from './allDigits';
import { checkedText, type NamedValue } from './formValues';

const NOT_AN_OBJECT = 'Inputs (JSON) is not a JSON object';

/**
 * Inputs that are entered as one JSON object; null is not sent.
 * @throws ConfigurationError that says where the JSON breaks
 */
export function jsonValues(item: Item): NamedValue[] {
	const given = item.raw('inputsJson', {});
	const value = typeof given === 'string' ? parsedText(item, given) : given;
	const record = recordOf(value);
	if (record === undefined) throw notAnObject(given);
	// The integers of a text are exact already; those of an object come out of an expression.
	const exact = (name: string, entry: unknown) =>
		typeof entry === 'number' && typeof given !== 'string'
			? allDigits(name, entry, item.context.getNode().parameters.inputsJson)
			: entry;
	return Object.entries(record).flatMap(([name, entry]): NamedValue[] =>
		entry === null || entry === undefined
			? []
			: [[name, checkedText(name, exact(name, entry)), 'string']],
	);
}

function parsedText(item: Item, text: string): unknown {
	if (text.trim() !== '') return parsedUserJson(text);
	const written = item.context.getNode().parameters.inputsJson;
	// An empty field means no inputs. An expression that gives nothing would start a run without
	// them, and pay for it.
	return typeof written === 'string' && written.startsWith('=') ? undefined : {};
}

function notAnObject(given: unknown): ConfigurationError {
	const example = 'Write parameter names and values, for example { "text_51536": "a red fox" }.';
	if (typeof given !== 'string')
		return new ConfigurationError(
			NOT_AN_OBJECT,
			given === null || given === undefined
				? `The expression gives nothing for this item. ${example}`
				: example,
		);
	if (given.trim() === '')
		return new ConfigurationError(
			NOT_AN_OBJECT,
			`The expression gives an empty text for this item. ${example}`,
		);
	const place = describeJsonFault(given);
	return new ConfigurationError(
		NOT_AN_OBJECT,
		place === undefined
			? example
			: `It breaks at ${place}. Put values in with {{ JSON.stringify($json.text) }}, or choose Using Fields Below.`,
	);
}
