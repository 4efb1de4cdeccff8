import { createHash, randomBytes, timingSafeEqual } from 'crypto';
import type { IContextObject, IExecuteFunctions } from 'n8n-workflow';
import { ConfigurationError } from '../../../../../nodes/core/errors';
import { type Item, itemAt } from '../../../../../nodes/core/items/item';
import { recordOf, textOf } from '../../../../../nodes/core/json';
import { canSuspend } from '../../../../../nodes/core/suspending/requeue';
import type { SuspensionPace } from '../../../../../nodes/core/suspending/suspensionPace';

/** Name of the query parameter that proves that the caller was given this address. */
export const TOKEN_PARAMETER = 'token';
/**
 * In the node's context, which n8n stores with the execution and passes to `webhook()` on any of
 * its servers.
 */
export const MEMORY_KEY = 'callbacks';

/**
 * What must be known when a callback comes: the token in its address, and the runs that are waited
 * for.
 */
export interface CallbackMemory {
	token: string;
	runIds: string[];
}

/** Where Comflowy reports the end of an item's run. */
export interface CallbackRegistration {
	url: string;
	expect(runId: string): void;
}

/**
 * The callbacks of this execution; undefined where the wait is not by callback, or the execution
 * cannot be suspended.
 */
export function registerCallback(item: Item): CallbackRegistration | undefined {
	const { context } = item;
	const isCallback = item.raw('waitMode', 'inExecution') === 'callback';
	if (!isCallback || !canSuspend(context)) return undefined;
	const store = context.getContext('node');
	const isFirst = store[MEMORY_KEY] === undefined;
	const { memory, known } = openMemory(store);
	const resume = textOf(context.evaluateExpression('{{ $execution.resumeUrl }}', 0)) ?? '';
	if (!URL.canParse(resume))
		throw new ConfigurationError(
			'This n8n has no address that Comflowy could call',
			'Set N8N_WEBHOOK_URL in n8n (in n8n 1: WEBHOOK_URL), or choose another Wait Mode.',
		);
	const url = new URL(resume);
	if (isFirst) warnOfLoopback(context, url);
	url.searchParams.set(TOKEN_PARAMETER, memory.token);
	return {
		url: url.href,
		expect: (runId) => {
			if (known.has(runId)) return;
			known.add(runId);
			memory.runIds.push(runId);
		},
	};
}

interface OpenMemory {
	memory: CallbackMemory;
	/** Its runs: each of ten thousand items asks for one, at every resume. */
	known: Set<string>;
}

/** By node context. All items of the node share one memory. */
const openMemories = new WeakMap<object, OpenMemory>();

function openMemory(store: IContextObject): OpenMemory {
	const open = openMemories.get(store);
	if (open !== undefined && open.memory === store[MEMORY_KEY]) return open;
	const memory = readMemory(store[MEMORY_KEY]) ?? {
		token: randomBytes(24).toString('base64url'),
		runIds: [],
	};
	const opened = { memory, known: new Set(memory.runIds) };
	store[MEMORY_KEY] = memory;
	openMemories.set(store, opened);
	return opened;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * n8n makes up `http://localhost:5678` where it was given no address: seen on n8n 2.41.1 in queue
 * mode, whose workers know nothing of the address of main. The wait then ends by Look Up After.
 */
function warnOfLoopback(context: IExecuteFunctions, { hostname, origin }: URL): void {
	if (!LOOPBACK.test(hostname)) return;
	context.logger.warn(
		`${context.getNode().name}: Comflowy is asked to call ${origin}, an address that only this machine can reach. Set N8N_WEBHOOK_URL (in n8n 1: WEBHOOK_URL) on every n8n process, workers included. Without a callback the runs are checked when Look Up After is over.`,
	);
}

export function readMemory(value: unknown): CallbackMemory | undefined {
	const record = recordOf(value);
	const token = textOf(record?.token);
	return token === undefined
		? undefined
		: { token, runIds: Array.isArray(record?.runIds) ? record.runIds.map(String) : [] };
}

/**
 * Compared in constant time, so that a caller cannot find the token step by step. An empty token
 * never matches.
 */
export function isToken(given: unknown, token: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return typeof given === 'string' && token !== '' && timingSafeEqual(digest(given), digest(token));
}

/**
 * A callback may take hours. The execution is suspended until then and polls rarely, so waiting a
 * day costs almost nothing.
 */
export const CALLBACK_TIMEOUT_SECONDS = 86_400;
const FIRST_POLL_WINDOW_MS = 3_000;
/** n8n resumes late what is due in less than a minute. */
const SHORTEST_PAUSE_MS = 60_000;

/**
 * A short poll window, for runs that end while the execution is being saved. After that there is a
 * poll only when the execution resumes without a callback, and one soon after each callback that
 * left runs in progress.
 */
export function callbackPace(context: IExecuteFunctions): SuspensionPace {
	const item = itemAt(context, 0);
	const lookUpMs = item.amount('options.lookUpAfter', 'Look Up After', 300, 60) * 1000;
	const timeoutMs = item.amount('options.timeout', 'Timeout', CALLBACK_TIMEOUT_SECONDS, 0) * 1000;
	return {
		firstPollWindowMs: FIRST_POLL_WINDOW_MS,
		// n8n refuses callbacks while it executes or saves the execution, so that one that followed
		// another closely is lost.
		pauseMs: (ageMs, isWokenEarly) =>
			isWokenEarly
				? SHORTEST_PAUSE_MS
				: Math.max(
						SHORTEST_PAUSE_MS,
						Math.min(lookUpMs, timeoutMs > 0 ? timeoutMs - ageMs : lookUpMs),
					),
	};
}
