import type { IExecuteFunctions } from 'n8n-workflow';
import { type Clock, systemClock } from '../core/clock';
import { ServiceFailure } from '../core/errors';
import { download, type Downloaded, RefusedLink } from '../core/files';
import { createHttp, type NodeContext } from '../core/http';
import { createLimiter, type Limiter } from '../core/limiter';
import type { KnownRun, Output } from '../core/run';
import { connect, type Transport } from '../core/transport';
import { type FlowscaleApi, createApi } from './api';
import { apiRootOf, CREDENTIAL, secretsOf } from './credential';
import { freshLink } from './outputs';
import { readErrorText } from './readers';

export interface Connection {
	api: FlowscaleApi;
	transport: Transport;
	http: ReturnType<typeof createHttp>;
	isCertificateUnchecked: boolean;
}

/** The deployment of the node's credential, for every context a node's code runs in. @throws UserMistake */
export async function openConnection(context: NodeContext, clock: Clock, stop?: AbortSignal): Promise<Connection> {
	const credentials = await context.getCredentials(CREDENTIAL);
	const root = apiRootOf(credentials);
	const http = createHttp(context, CREDENTIAL, stop);
	const transport = connect({ http, root, serviceName: 'Flowscale', clock, stop, secrets: secretsOf(credentials), errorTextOf: readErrorText });
	return { api: createApi(transport), transport, http, isCertificateUnchecked: credentials.allowUnauthorizedCerts === true };
}

/** What the operations of one node execution share. */
export interface Session extends Connection {
	context: IExecuteFunctions;
	clock: Clock;
	/** Ends with the execution and with the node's first failure. */
	stop: AbortSignal;
	/** Fetches an output's file into n8n's binary store; an expired link is replaced once. */
	fetchOutput(run: KnownRun | undefined, output: Output, maxFileBytes: number): Promise<{ output: Output; file: Downloaded }>;
}

const DOWNLOADS_AT_A_TIME = 4;

export async function openSession(context: IExecuteFunctions, stop: AbortSignal): Promise<Session> {
	const clock = systemClock;
	const connection = await openConnection(context, clock, stop);
	const limit: Limiter = createLimiter(DOWNLOADS_AT_A_TIME);
	const { api, http, transport, isCertificateUnchecked } = connection;
	const settings = {
		http, clock, stop, isCertificateUnchecked,
		apiOrigin: new URL(transport.root).origin,
		prepareBinaryData: context.helpers.prepareBinaryData,
	};
	const fetchOutput: Session['fetchOutput'] = async (run, output, maxFileBytes) =>
		await limit(async () => {
			const get = async (link: string) => await download({ ...settings, maxFileBytes }, absolute(link, transport.root), output.filename);
			if (output.download_url === undefined) throw new ServiceFailure(`"${output.filename}" has no link`);
			const file = await get(output.download_url).catch((error: unknown) => error as Error);
			if (!(file instanceof Error)) return { output, file };
			const link = file instanceof RefusedLink ? await freshLink(api, run, output) : undefined;
			if (link === undefined) throw withRun(file, run);
			const again = await get(link).catch((error: unknown) => error as Error);
			if (again instanceof Error) throw withRun(again, run);
			return { output: { ...output, download_url: link }, file: again };
		});
	return { ...connection, context, clock, stop, fetchOutput };
}

/** Some proxies hand out paths instead of addresses. What is neither is refused by the download. */
function absolute(link: string, root: string): string {
	return URL.canParse(link, root) ? new URL(link, root).href : link;
}

function withRun(error: Error, run: KnownRun | undefined): Error {
	if (!(error instanceof ServiceFailure) || run === undefined) return error;
	return new ServiceFailure(error.message, { ...error.facts, runId: run.run_id, state: run.state });
}

