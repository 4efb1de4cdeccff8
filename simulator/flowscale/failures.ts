import { json, page, type Answer } from '../answer';
import type { Dialect } from './dialect';

/** An error in the dialect's shape (protocols: errors). */
export function failure(status: number, text: string, shape: Dialect['errors']): Answer {
	switch (shape) {
		case 'errors':
			return json(status, { status: 'error', data: null, errors: text });
		case 'errorsList':
			return json(status, { status: 'error', errors: [text] });
		case 'detail':
			return json(status, { detail: text });
		case 'errorObject':
			return json(status, { error: { code: `E${status}`, message: text, details: {} } });
		case 'html':
			return page(
				status,
				`<html><head><title>${status}</title></head><body><h1>${text}</h1></body></html>`,
			);
	}
}

export interface Invalidity {
	/** `['query', 'workflow_id']` or `['body', 'image_22068']`. */
	loc: Array<string | number>;
	msg: string;
	type: string;
}

export const missing = (...loc: string[]): Invalidity => ({
	loc,
	msg: 'Field required',
	type: 'missing',
});

export const invalid = (msg: string, ...loc: string[]): Invalidity => ({
	loc,
	msg,
	type: 'value_error',
});

/** FastAPI's validation error, the same in every dialect. */
export const unprocessable = (...detail: Invalidity[]): Answer => json(422, { detail });

/** FastAPI's answer for a path that a deployment does not have. */
export const absent = (): Answer => json(404, { detail: 'Not Found' });
