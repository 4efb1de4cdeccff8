import type { Clock } from '../../core/async/clock';
import { createHttp, type NodeContext } from '../../core/http/http';
import { createRedactor } from '../../core/http/redact';
import { connect, type Transport } from '../../core/http/transport';
import { CREDENTIAL, apiRootOf, secretsOf, keysOf } from '../credential';
import { createApi, type FlowscaleApi } from './api';
import { adviceFor } from './advice';
import { readErrorText } from '../../core/runs/errorText';

export interface Connection {
	api: FlowscaleApi;
	transport: Transport;
	http: ReturnType<typeof createHttp>;
	isCertificateUnchecked: boolean;
	/** Cuts the key out of what does not come through `api`: the data of an event stream. */
	withoutKeys(text: string): string;
}

/**
 * The deployment of the node's credential, for every context a node's code runs in.
 * @throws ConfigurationError
 */
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
		withoutKeys: createRedactor(keysOf(credentials), 'inResults'),
	};
}
