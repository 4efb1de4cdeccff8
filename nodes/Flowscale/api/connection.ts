import type { Clock } from '../../core/async/clock';
import { createHttp, type NodeContext } from '../../core/http/http';
import { connect, type Transport } from '../../core/http/transport';
import { CREDENTIAL, apiRootOf, secretsOf, keysOf } from '../credential';
import { createApi, type FlowscaleApi } from './api';
import { adviceFor } from './advice';
import { readErrorText } from './readers';

export interface Connection {
	api: FlowscaleApi;
	transport: Transport;
	http: ReturnType<typeof createHttp>;
	isCertificateUnchecked: boolean;
}

/** The deployment of the node's credential, for every context a node's code runs in. @throws ConfigurationError */
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
