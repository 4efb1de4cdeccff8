import { ConfigurationError } from '../errors';

const LONG_INTEGER = /-?\d{16,}/g;

/** Not what an expression makes of a division by zero, or of a word. @throws ConfigurationError */
export function checkFinite(name: string, value: number): void {
	if (!Number.isFinite(value))
		throw new ConfigurationError(
			`Invalid input for '${name}': expects a number but got '${value}'`,
			'Check what the expression gives for this item.',
		);
}

/**
 * A whole number in all its digits. JavaScript keeps 15 to 17 of them, and ComfyUI's seeds go up to
 * 2^64: one that is written out in the field itself is read from there, any other above 2^53 has
 * lost some on its way to us.
 * @param written the parameter as the user wrote it, an expression included
 * @throws ConfigurationError
 */
export function allDigits(name: string, value: number, written: unknown): number | string {
	if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
	const numbers = typeof written === 'string' ? (written.match(LONG_INTEGER) ?? []) : [];
	const [digits, other] = new Set(numbers.filter((text) => Number(text) === value));
	if (digits !== undefined && other === undefined) return digits;
	throw new ConfigurationError(
		`Invalid input for '${name}': ${value} is larger than a number can be in n8n without losing digits`,
		'Pass it as text: put it in quotation marks where it comes from.',
	);
}
