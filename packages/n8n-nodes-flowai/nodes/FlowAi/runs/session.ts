import type { IExecuteFunctions } from 'n8n-workflow';
import { type Clock, systemClock } from '../../../../../nodes/core/async/clock';
import { createHttp } from '../../../../../nodes/core/http/http';
import { createRedactor } from '../../../../../nodes/core/http/redact';
import { connect, type Transport } from '../../../../../nodes/core/http/transport';
import { type AnswerMemory, openAnswerMemory } from './answerMemory';
import { readErrorText } from '../api/api';
import { apiRootOf, CREDENTIAL, secretsOf } from '../credential';

/** What the items of one node execution share. */
export interface Session {
	transport: Transport;
	clock: Clock;
	/** Ends with the execution, and with the node's first failure unless n8n will run the node again: then the other answers are worth having. */
	stop: AbortSignal;
	/** Cuts the key out of an answer. */
	redact(text: string): string;
	memory: AnswerMemory;
}

const ADVICE: Readonly<Record<number, string>> = {
	400: 'Check the inputs: their names are those of the workflow’s input node.',
	401: 'Check the API key in the credential: it may have been copied with a character missing.',
	403: 'Check the API key in the credential, and that the workflow belongs to its owner.',
	404: 'Check the workflow ID on the page API Management of FlowAI, and that the workflow is published.',
	429: 'FlowAI limits the number of requests. Take a break before you try again, or send fewer items at a time.',
	500: 'FlowAI has trouble of its own. Try again in a few minutes.',
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
		errorTextOf: readErrorText,
		adviceFor: (status) => ADVICE[status >= 500 ? 500 : status],
	});
	return {
		transport,
		clock,
		stop,
		redact: createRedactor(secrets, 'inResults'),
		memory: openAnswerMemory(context, runIndex),
	};
}
