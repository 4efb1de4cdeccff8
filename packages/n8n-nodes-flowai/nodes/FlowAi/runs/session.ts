import type { IExecuteFunctions } from 'n8n-workflow';
import { type Clock, systemClock } from '../../../../../nodes/core/async/clock';
import { createLimiter, type Limiter } from '../../../../../nodes/core/async/limiter';
import { type Answer, createHttp, type StreamAnswer } from '../../../../../nodes/core/http/http';
import type { NetworkFailure } from '../../../../../nodes/core/http/networkError';
import { createRedactor } from '../../../../../nodes/core/http/redact';
import { createCountingGate } from '../../../../../nodes/core/starting/countingGate';
import type { StartGate } from '../../../../../nodes/core/starting/startGate';
import { lacksCall } from '../../../../../nodes/core/http/statuses';
import { connect, type Transport } from '../../../../../nodes/core/http/transport';
import { errorTextOf } from '../api/api';
import { apiRootOf, CREDENTIAL, secretsOf } from '../credential';
import { type AnswerMemory, openAnswerMemory } from './answerMemory';
import { createRequestRate, type RequestRate } from './requestRate';

/** One run, already checked. */
export interface RunOrder {
	workflowId: string;
	input: Record<string, unknown>;
	isStreamed: boolean;
	/** From the item's turn to the last byte of its answer; 0: none */
	timeoutMs: number;
}

/** How many requests are sent at a time, and how fast; the first item's settings count for all. */
export interface RequestLimits {
	maxConcurrent: number;
	/** 0: no limit */
	maxPerSecond: number;
}

/** What comes of a request: a stream to be read, or a refusal that was read already. */
export type Outcome = StreamAnswer | Answer | NetworkFailure;

/** What holds requests back: the user's limits, and what FlowAI refuses. */
export interface Sending {
	slots: Limiter;
	requestRate: RequestRate;
	gate: StartGate<Outcome>;
}

/** What the items of one node execution share. */
export interface Session {
	transport: Transport;
	clock: Clock;
	/**
	 * Ends with the execution. It also ends with the node's first failure, unless n8n will run the
	 * node again and needs the other answers.
	 */
	stop: AbortSignal;
	/** Ends with the execution and with the node's first failure: no further request is sent. */
	abort: AbortSignal;
	/** Shared by all items; the first one's limits count. */
	sending(limits: RequestLimits): Sending;
	/** Cuts the key out of an answer. */
	redact(text: string): string;
	memory: AnswerMemory;
	otherRuns: OtherRequests;
}

/** The requests of a node's items, for the failure of one of them that ends the node. */
export interface OtherRequests {
	note(itemIndex: number): void;
	describe(failedIndex: number): string | undefined;
}

const ADVICE: Readonly<Record<number, string>> = {
	400: 'Check the inputs: their names are those of the workflow’s input node.',
	401: 'Check the API key in the credential: copy it again from the page API Management of FlowAI.',
	403: 'Check the API key in the credential, and that the workflow belongs to its owner.',
	404: 'Check the workflow ID on the page API Management of FlowAI, and that the workflow is published.',
	429: 'FlowAI limits the number of requests. Wait a while before you try again, or lower Max Concurrent or Max Requests per Second.',
	500: 'FlowAI has a problem. Try again in a few minutes.',
};

/** @throws ConfigurationError */
export async function openSession(
	context: IExecuteFunctions,
	abort: AbortSignal,
	runIndex: number,
): Promise<Session> {
	const clock = systemClock;
	const stop =
		(context.getNode().retryOnFail === true ? context.getExecutionCancelSignal() : undefined) ??
		abort;
	const credentials = await context.getCredentials(CREDENTIAL);
	const secrets = secretsOf(credentials);
	const transport = connect({
		http: createHttp(context, CREDENTIAL, stop),
		root: apiRootOf(credentials),
		serviceName: 'FlowAI',
		clock,
		stop,
		secrets,
		keys: secrets,
		errorTextOf,
		adviceFor: (status) => ADVICE[status >= 500 && !lacksCall(status) ? 500 : status],
	});
	let sending: Sending | undefined;
	return {
		transport,
		clock,
		stop,
		abort,
		sending: ({ maxConcurrent, maxPerSecond }) =>
			(sending ??= {
				slots: createLimiter(maxConcurrent),
				requestRate: createRequestRate(maxPerSecond, clock),
				gate: createCountingGate(clock, abort),
			}),
		redact: createRedactor(secrets, 'inResults'),
		memory: openAnswerMemory(context, runIndex),
		otherRuns: createOtherRequests(),
	};
}

/** An answer comes once, to the request itself, so nothing can be collected later. */
export function createOtherRequests(): OtherRequests {
	const indexes = new Set<number>();
	return {
		note: (itemIndex) => indexes.add(itemIndex),
		describe: (failedIndex) =>
			indexes.size > (indexes.has(failedIndex) ? 1 : 0)
				? 'Requests of other items were sent to FlowAI, too. Their workflows may continue there, and their answers are lost with this failure. To keep the answers of the other items, set On Error to "Continue".'
				: undefined,
	};
}
