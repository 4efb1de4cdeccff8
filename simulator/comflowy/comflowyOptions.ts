import type { Fault as AnyFault } from '../faults';
import type { JournalEntry } from '../journal';
import type { SentCallback } from './callbacks';
import type { ComflowyRun, ComflowyWorkflow } from './comflowyRun';

export type ComflowyRoute = 'token' | 'run' | 'check' | 'download';

export interface ComflowyOptions {
	/** Time that a run takes (100 ms), through all of its states. */
	runMs?: number | ((params: ComflowyRun['params']) => number);
	/**
	 * Starts beyond so many unfinished runs are answered with 429, without Retry-After (no limit).
	 */
	runsAtATime?: number;
	/** Between a run's success and its images being listed (0). */
	outputDelayMs?: number;
	/** How long an access token is valid (1 hour). */
	tokenLifetimeMs?: number;
	latencyMs?: number;
	workflows?: ComflowyWorkflow[];
	/**
	 * Refusals with their own HTTP status, or with 200 and `success: false` (protocols 2.5 leaves it
	 * open).
	 */
	refusals?: 'status' | 'body';
	/** Method of the token call (protocols 2.1: inferred). */
	tokenMethod?: 'GET' | 'POST';
	/**
	 * Links to images: a plain path, one with a signature of its own each time, or ComfyUI's
	 * `/view?filename=…`.
	 */
	links?: 'plain' | 'signed' | 'view';
	/** What the download host calls its content (image/png). */
	contentType?: string;
	seed?: number;
	/** Of the API; any free one by default. */
	port?: number;
	onAnswer?(entry: JournalEntry): void;
}

export interface Comflowy {
	readonly baseUrl: string;
	readonly apiKey: string;
	readonly journal: JournalEntry[];
	readonly runs: ComflowyRun[];
	readonly callbacks: SentCallback[];
	readonly tokens: readonly string[];
	readonly unknown: string[];
	fault(fault: AnyFault<ComflowyRoute>): void;
	expireTokens(): void;
	/** Ends a run now; resolves when its callback was answered. */
	finish(id: string, state?: 'success' | 'failed', error?: string): Promise<void>;
	close(): Promise<void>;
}
