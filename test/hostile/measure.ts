/**
 * One measurement in a process of its own, with the heap that it was started with: `measure.ts
 * <name> <address of the service>`. Prints one line of JSON. n8n's own engine is left out: only
 * what we hold and how long we compute is measured.
 */
import type { IExecuteFunctions, IHttpRequestOptions, NodeExecutionHint } from 'n8n-workflow';
import { systemClock } from '../../nodes/core/async/clock';
import { createHttp, type NodeContext } from '../../nodes/core/http/http';
import { connect } from '../../nodes/core/http/transport';
import { itemAt } from '../../nodes/core/items/item';
import { parsedJson } from '../../nodes/core/json';
import { createApi, type FlowscaleApi } from '../../nodes/Flowscale/api/api';
import { readErrorText } from '../../nodes/core/runs/errorText';
import { collectRuns } from '../../nodes/Flowscale/api/runList';
import { getRuns } from '../../nodes/Flowscale/operations/getRuns';
import type { FlowscaleSession } from '../../nodes/Flowscale/runs/session';
import {
	argv,
	exit,
	type IncomingMessage,
	memoryUsage,
	once,
	performance,
	request,
	sleep,
	stdout,
} from '../../simulator/platform';

/** As n8n's helper, as far as it is used: the answer's head, and its body as a stream. */
async function httpRequest({ url, method, headers, abortSignal }: IHttpRequestOptions) {
	const sent = request(url, {
		method,
		headers: headers as Record<string, string>,
		signal: abortSignal as AbortSignal,
	});
	sent.end();
	const [body] = (await once(sent, 'response')) as [IncomingMessage];
	return { statusCode: body.statusCode, headers: body.headers, body };
}

const hints: NodeExecutionHint[] = [];

/** What n8n gives a node, as far as Run > Get Many uses it: fifty runs of a rare state. */
const context = {
	getNode: () => ({ name: 'Flowscale', type: 'flowscale', parameters: {} }),
	getNodeParameter: (name: string, _: number, fallback: unknown) =>
		name === 'filters.status' ? ['cancelled'] : fallback,
	logger: { warn: () => undefined },
	addExecutionHints: (hint: NodeExecutionHint) => hints.push(hint),
	helpers: {
		httpRequest,
		httpRequestWithAuthentication: async (_: string, options: IHttpRequestOptions) =>
			await httpRequest(options),
	},
} as unknown as IExecuteFunctions;

function openApi(address: string): FlowscaleApi {
	const keys = ['fs-a-key/of+some=length-0123456789'];
	return createApi(
		connect({
			http: createHttp(context as NodeContext, 'flowscaleApi'),
			root: `${address}/api/v1`,
			serviceName: 'Flowscale',
			clock: systemClock,
			secrets: keys,
			keys,
			errorTextOf: readErrorText,
		}),
	);
}

const { signal } = new AbortController();
const rare = ({ state }: { state: string }) => state === 'cancelled';

const measurements: Record<string, (address: string) => Promise<unknown>> = {
	'fifty runs of a rare state': async (address) => {
		const { runs, cutAfter } = await collectRuns(openApi(address), {}, rare, 50, signal);
		return `${runs.length} found among ${cutAfter?.read} of ${cutAfter?.total}`;
	},
	'Run > Get Many, fifty of a rare state': async (address) => {
		const session = { api: openApi(address), context, stop: signal };
		const job = getRuns.prepare(itemAt(context, 0), session as unknown as FlowscaleSession);
		const items = await (job as () => Promise<unknown[]>)();
		return `${items.length} items. ${String(hints[0]?.message)}`;
	},
	'all runs of a rare state': async (address) => {
		const { runs } = await collectRuns(openApi(address), {}, rare, Infinity, signal);
		return `${runs.length} found`;
	},
	'an answer of 31 MB': async (address) => {
		const { runs } = await openApi(address).runs({ groupId: 'large' });
		return `${runs.length} runs`;
	},
	'answers of 3 MB a run': async (address) => {
		const { runs } = await collectRuns(openApi(address), { groupId: 'fat' }, rare, 3, signal);
		return `${runs.length} found`;
	},
	'an answer nested a million deep': async (address) =>
		await openApi(address)
			.runs({ groupId: 'deep' }, { tries: 1 })
			.catch(({ message }: Error) => message),
	'a text nested a million deep': async () => String(parsedJson(`{"a":${'['.repeat(1_000_000)}`)),
};

/** Samples the heap while the work is under way. */
async function main([name, address]: readonly string[]): Promise<void> {
	const began = performance.now();
	const work = measurements[name](address);
	let isDone = false;
	let most = 0;
	const finish = () => (isDone = true);
	work.then(finish, finish);
	do {
		most = Math.max(most, memoryUsage().heapUsed);
		await Promise.race([work, sleep(20)]);
	} while (!isDone);
	const result = await work;
	const seconds = (performance.now() - began) / 1000;
	stdout.write(JSON.stringify({ result, seconds, heapMb: most / 1_048_576 }));
	exit(0);
}

void main(argv);
