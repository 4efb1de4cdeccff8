import type { IHttpRequestOptions } from 'n8n-workflow';
import { createRequire, join, resolve } from '../../../simulator/platform';
import type { FullResponse, HttpRequest } from '../network';
import { KEY } from '../nodeContext';

/** Header by which a request is known to come from a certain call of the node; it never arrives. */
const MARK = 'x-simulated-sender';

/** The part of a request that n8n's helpers hand to axios's adapter. */
interface Config {
	method?: string;
	headers: { toJSON(): object };
	data?: unknown;
	timeout?: number;
	signal?: unknown;
	responseType?: string;
	validateStatus?: ((status: number) => boolean) | null;
}

/** axios, as far as it is needed here. */
interface Axios {
	defaults: { adapter?: unknown };
	getUri(config: Config): string;
	AxiosError: new (
		message: string,
		code: string,
		config: Config,
		request?: object,
		response?: object,
	) => Error;
	CanceledError: new (message: string) => Error;
}

type Headers = Record<string, string>;

export interface Egress {
	/** @returns what marks the options of a request as sent by this sender */
	markOf(request: HttpRequest): (options: IHttpRequestOptions) => IHttpRequestOptions;
	/** Requests that were not sent through the helpers of n8n's that the node was given. */
	strangers: string[];
	uninstall(): void;
}

/** The axios that n8n's helpers use, wherever npm has put it. */
function axiosOfN8n(): Axios {
	const here = createRequire(join(resolve('.'), 'package.json'));
	const core = createRequire(here.resolve('n8n-core'));
	const network = createRequire(core.resolve('@n8n/backend-network'));
	return network('axios') as Axios;
}

/**
 * Puts the simulated network below n8n's own helpers: everything above axios's adapter is n8n's code.
 */
export function installEgress(): Egress {
	const axios = axiosOfN8n();
	const original = axios.defaults.adapter;
	const requests = new Map<string, HttpRequest>();
	const strangers: string[] = [];
	let marks = 0;
	const adapter = async (config: Config) => {
		const headers = { ...(config.headers.toJSON() as Headers) };
		const request = requests.get(headers[MARK]);
		delete headers[MARK];
		if (request === undefined) {
			strangers.push(`${config.method} ${axios.getUri(config)}`);
			throw new axios.AxiosError('Nobody may send this', 'ECONNREFUSED', config);
		}
		const { isWithKey, others } = withoutKey(headers);
		const answer = await request(
			{
				method: config.method?.toUpperCase(),
				url: axios.getUri(config),
				headers: others,
				body: config.data,
				timeout: config.timeout,
				abortSignal: config.signal as AbortSignal | undefined,
			},
			isWithKey,
		).catch((error: { code: string }) => {
			throw error.code === 'ERR_CANCELED'
				? new axios.CanceledError('canceled')
				: new axios.AxiosError(`${error.code} in the simulated network`, error.code, config);
		});
		return await settled(axios, config, answer);
	};
	axios.defaults.adapter = adapter;
	return {
		markOf: (request) => {
			const mark = String(marks++);
			requests.set(mark, request);
			return (options) => ({ ...options, headers: { ...options.headers, [MARK]: mark } });
		},
		strangers,
		uninstall: () => void (axios.defaults.adapter = original),
	};
}

function withoutKey(headers: Headers): { isWithKey: boolean; others: Headers } {
	const isKey = ([name, value]: [string, unknown]) =>
		name.toLowerCase() === 'x-api-key' && value === KEY;
	const all = Object.entries(headers);
	const others = all.filter((entry) => !isKey(entry)).map(([name, value]) => [name, String(value)]);
	return {
		isWithKey: all.some(isKey),
		others: Object.fromEntries(others) as Headers,
	};
}

/** As axios hands on an answer: whole or as a stream, and as an error where its status is one. */
async function settled(axios: Axios, config: Config, { statusCode, headers, body }: FullResponse) {
	const isStream = config.responseType === 'stream';
	const response = {
		data: isStream ? body : Buffer.concat((await body.toArray()) as Buffer[]).toString(),
		status: statusCode,
		statusText: '',
		headers,
		config,
		request: {},
	};
	if (config.validateStatus?.(statusCode) ?? true) return response;
	throw new axios.AxiosError(
		`Request failed with status code ${statusCode}`,
		statusCode < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE',
		config,
		response.request,
		response,
	);
}
