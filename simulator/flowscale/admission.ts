import { json, type Answer } from '../answer';
import type { JournalEntry } from '../journal';
import type { Dialect } from './dialect';
import { failure } from './failures';

export interface Admission {
	/** Null for a project whose API is public. */
	apiKey: string | null;
	/** A proxy's own headers, asked for instead of the key (protocols: proxy mode). */
	requiredHeaders?: Record<string, string>;
}

/**
 * The refusal of a request without the right credential; undefined when it may pass (protocols:
 * authentication, errors).
 */
export function refuse(
	entry: JournalEntry,
	{ apiKey, requiredHeaders }: Admission,
	dialect: Dialect,
): Answer | undefined {
	if (requiredHeaders) {
		const lacks = Object.entries(requiredHeaders).some(
			([name, value]) => entry.headers[name.toLowerCase()] !== value,
		);
		return lacks ? failure(401, 'Unauthorized', dialect.errors) : undefined;
	}
	if (apiKey === null) return undefined;
	const given = entry.headers['x-api-key'];
	// FastAPI's own answer when its key header is missing
	if (given === undefined) return json(403, { detail: 'Not authenticated' });
	return given === apiKey ? undefined : failure(401, 'Invalid API key', dialect.errors);
}
