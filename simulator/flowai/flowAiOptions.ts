import type { Fault as AnyFault } from '../faults';
import type { JournalEntry } from '../journal';
import type { FlowAiWorkflow } from './flowAiWorkflow';

export type FlowAiRoute = 'run';

export interface FlowAiOptions {
	/** Between the pieces of a stream, and as a whole for a standard answer (1). */
	pieceMs?: number | ((input: Record<string, unknown>) => number);
	latencyMs?: number;
	/** `asked` (default), or always this one. */
	form?: 'asked' | 'stream' | 'standard';
	/** Streams stay open after their last event. */
	isKeptOpen?: boolean;
	/**
	 * Runs that a key may have in progress (no limit): a further one is answered with 429, without
	 * Retry-After.
	 */
	maxConcurrent?: number;
	/** Requests that are accepted within a second (no limit): a further one is answered with 429. */
	maxPerSecond?: number;
	/** Retry-After of those 429, where there is one. */
	retryAfter?: string;
	workflows?: FlowAiWorkflow[];
	/** Any free one by default. */
	port?: number;
	onAnswer?(entry: JournalEntry): void;
}

export interface FlowAi {
	readonly baseUrl: string;
	readonly apiKey: string;
	readonly journal: JournalEntry[];
	/** Inputs that were run, in order: each of them costs. */
	readonly inputs: Array<Record<string, unknown>>;
	/** Requests that the caller broke off. */
	readonly aborted: string[];
	/** The most runs that were in progress at a time. */
	mostConcurrent(): number;
	readonly unknown: string[];
	fault(fault: AnyFault<FlowAiRoute>): void;
	close(): Promise<void>;
}
