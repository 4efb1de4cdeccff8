import { recordOf, textOf } from '../../core/json';

/**
 * The ID that a resource locator holds; workflows saved before the field was one hold a plain text.
 */
export function chosenId(value: unknown): string | undefined {
	return textOf(recordOf(value)?.value ?? value)?.trim();
}
