import type { IExecuteFunctions } from 'n8n-workflow';
import { type Clock, systemClock } from '../../../../../nodes/core/async/clock';
import {
	createOutputFetcher,
	type OutputFetcher,
} from '../../../../../nodes/core/files/fetchOutput';
import { createHttp } from '../../../../../nodes/core/http/http';
import { openProgress, type Progress } from '../../../../../nodes/core/execution/progress';
import { openRunSession, type RunSession } from '../../../../../nodes/core/execution/runSession';
import { connect, type Transport } from '../../../../../nodes/core/http/transport';
import { type ComflowyApi, createApi } from '../api/api';
import { apiRootOf, CREDENTIAL, secretsOf } from '../credential';
import { readErrorText } from '../../../../../nodes/core/runs/errorText';
import { createRunService } from './runService';

/** What the operations of one node execution share. */
export interface Session {
	context: IExecuteFunctions;
	api: ComflowyApi;
	transport: Transport;
	clock: Clock;
	/** Ends with the execution and with the node's first failure. */
	stop: AbortSignal;
	progress: Progress;
	fetchOutput: OutputFetcher;
	/** As the user sees it. */
	outputsOperation: string;
}

export type ComflowySession = Session & RunSession;

const ADVICE: Readonly<Record<number, string>> = {
	401: 'Comflowy accepted neither the access token nor a new one. Check the API key in the credential.',
	403: 'Check the API key in the credential, and that the workflow belongs to its owner.',
	404: 'Check the workflow ID: it is what comes after the equals sign in the address of the workflow’s editing page. Check the Base URL in the credential, too.',
	429: 'Comflowy limits the number of requests. Try again later, or with fewer items at a time.',
};

/** @throws ConfigurationError */
export async function openSession(
	context: IExecuteFunctions,
	stop: AbortSignal,
	runIndex: number,
): Promise<ComflowySession> {
	const clock = systemClock;
	// n8n writes a renewed token into this very object.
	const values = await context.getCredentials(CREDENTIAL);
	// A token that was replaced meanwhile may still appear in the answer to an earlier request.
	const seen = new Set(secretsOf(values));
	const secrets = () => [...secretsOf(values).reduce((all, secret) => all.add(secret), seen)];
	const http = createHttp(context, { type: CREDENTIAL, values }, stop);
	const transport = connect({
		http,
		root: apiRootOf(values),
		serviceName: 'Comflowy',
		clock,
		stop,
		secrets,
		keys: secrets,
		errorTextOf: readErrorText,
		adviceFor: (status) => ADVICE[status],
	});
	const api = createApi(transport);
	const fetchOutput = createOutputFetcher({
		http,
		clock,
		stop,
		root: transport.root,
		isCertificateUnchecked: false,
		prepareBinaryData: context.helpers.prepareBinaryData,
		links: { list: async (run) => (await api.run(run.run_id, run))?.run.outputs },
	});
	const session: Session = {
		context,
		api,
		transport,
		clock,
		stop,
		fetchOutput,
		outputsOperation: 'Run > Get',
		progress: openProgress(context, stop, 'Run > Get'),
	};
	return { ...session, ...openRunSession(createRunService(session), { ...session, runIndex }) };
}
