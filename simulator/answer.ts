import type { Readable } from './platform';

/**
 * The answer that an endpoint gives. Faults and latency change how it is sent, never what the
 * service did.
 */
export interface Answer {
	status: number;
	headers?: Record<string, string>;
	body?: string | Buffer | Readable;
}

export const json = (status: number, value: unknown): Answer => ({
	status,
	headers: { 'content-type': 'application/json' },
	body: JSON.stringify(value),
});

export const page = (status: number, html: string): Answer => ({
	status,
	headers: { 'content-type': 'text/html; charset=utf-8' },
	body: html,
});

export const nothing = (status: number): Answer => ({ status });
