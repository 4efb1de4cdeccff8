import type { IExecuteFunctions } from 'n8n-workflow';
import { type Clock, systemClock } from '../core/clock';
import { createOutputFetcher, type OutputFetcher } from '../core/fetchOutput';
import { createHttp, type NodeContext } from '../core/http';
import { openProgress, type Progress } from '../core/progress';
import { connect, type Transport } from '../core/transport';
import { adviceFor } from './advice';
import { type FlowscaleApi, createApi } from './api';
import { apiRootOf, CREDENTIAL, keysOf, secretsOf } from './credential';
import { freshLink } from './outputs';
import { readErrorText } from './readers';

export interface Connection {
	api: FlowscaleApi;
	transport: Transport;
	http: ReturnType<typeof createHttp>;
	isCertificateUnchecked: boolean;
}

/** The deployment of the node's credential, for every context a node's code runs in. @throws UserMistake */
export async function openConnection(
	context: NodeContext,
	clock: Clock,
	stop?: AbortSignal,
): Promise<Connection> {
	const credentials = await context.getCredentials(CREDENTIAL);
	const root = apiRootOf(credentials);
	const http = createHttp(context, CREDENTIAL, stop);
	const transport = connect({
		http,
		root,
		serviceName: 'Flowscale',
		clock,
		stop,
		secrets: secretsOf(credentials),
		keys: keysOf(credentials),
		errorTextOf: readErrorText,
		adviceFor,
	});
	return {
		api: createApi(transport),
		transport,
		http,
		isCertificateUnchecked: credentials.allowUnauthorizedCerts === true,
	};
}

/** What the operations of one node execution share. */
export interface Session extends Connection {
	context: IExecuteFunctions;
	clock: Clock;
	/** Ends with the execution and with the node's first failure. */
	stop: AbortSignal;
	progress: Progress;
	fetchOutput: OutputFetcher;
}

export async function openSession(context: IExecuteFunctions, stop: AbortSignal): Promise<Session> {
	const clock = systemClock;
	const connection = await openConnection(context, clock, stop);
	const { api, http, transport, isCertificateUnchecked } = connection;
	const fetchOutput = createOutputFetcher({
		http,
		clock,
		stop,
		isCertificateUnchecked,
		root: transport.root,
		prepareBinaryData: context.helpers.prepareBinaryData,
		freshLink: async (run, output) => await freshLink(api, run, output),
	});
	return {
		...connection,
		context,
		clock,
		stop,
		fetchOutput,
		progress: openProgress(context, context.getInputData().length),
	};
}
