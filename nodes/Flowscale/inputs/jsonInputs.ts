import type { Item } from '../../core/items/item';
import { readJsonObject } from '../../core/items/jsonObject';
import { checkedText, type NamedValue } from './formValues';

const FIELD = {
	parameter: 'inputsJson',
	label: 'Inputs (JSON)',
	example: 'Write parameter names and values, for example { "text_51536": "a red fox" }.',
	otherWay: 'Using Fields Below',
};

/**
 * Inputs that are entered as one JSON object; null is not sent.
 * @throws ConfigurationError that says where the JSON breaks
 */
export function jsonValues(item: Item): NamedValue[] {
	return Object.entries(readJsonObject(item, FIELD)).flatMap(([name, entry]): NamedValue[] =>
		entry === null || entry === undefined ? [] : [[name, checkedText(name, entry), 'string']],
	);
}
