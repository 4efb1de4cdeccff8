import FormData from 'form-data';
import { Agent, request } from 'undici';
import {
	startFlowscale,
	type Flowscale,
	type FlowscaleOptions,
	type SimulatedRun,
} from '../../simulator/flowscale/startFlowscale';
import { until } from './until';

export interface Reply {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	text: string;
	/** The body as JSON; undefined when it is none. */
	json: unknown;
}

/** What undici takes as headers. */
type Headers = Record<string, string>;

export interface Client {
	flowscale: Flowscale;
	/** Path below `/api/v1`, with the right key unless other headers are given. */
	get(path: string, headers?: Headers): Promise<Reply>;
	post(path: string, form?: FormData | string, headers?: Headers): Promise<Reply>;
	/** Any address, without the key. */
	fetch(url: string, headers?: Headers, method?: 'GET' | 'HEAD'): Promise<Reply>;
	/** Starts a run of the workflow with this name and gives the live run. */
	start(workflow: string, fields?: Record<string, string>, groupId?: string): Promise<SimulatedRun>;
	/** Starts a run and waits for its end. */
	run(workflow: string, fields?: Record<string, string>, groupId?: string): Promise<SimulatedRun>;
	/** Resolves when it holds, rejects after fifteen seconds. */
	until(holds: () => boolean): Promise<void>;
	idOf(workflow: string): string;
}

export function formOf(fields: Record<string, string>): FormData {
	const form = new FormData();
	for (const [name, value] of Object.entries(fields)) form.append(name, value);
	return form;
}

const asJson = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
};

/** What became of a request: status and the first of its body, or the code of the error. */
export const outcome = async (reply: Promise<Reply>): Promise<string> =>
	await reply.then(
		({ status, text }) => `${status} ${text.slice(0, 15)}`,
		(error: { code?: string }) => error.code ?? 'no code',
	);

function connect(flowscale: Flowscale, agent: Agent): Client {
	const ask = async (
		url: string,
		options: Omit<Parameters<typeof request>[1] & object, 'dispatcher'>,
	): Promise<Reply> => {
		const reply = await request(url, { dispatcher: agent, ...options });
		const text = await reply.body.text();
		return { status: reply.statusCode, headers: reply.headers, text, json: asJson(text) };
	};
	const key: Headers = flowscale.apiKey === null ? {} : { 'x-api-key': flowscale.apiKey };
	const api = (path: string) => `${flowscale.baseUrl}/api/v1${path}`;
	const idOf = (workflow: string) =>
		flowscale.workflows.find(({ name }) => name === workflow)?.id ?? 'no such workflow';

	const client: Client = {
		flowscale,
		idOf,
		until,
		get: async (path, headers = key) => await ask(api(path), { headers }),
		post: async (path, form, headers = key) =>
			form instanceof FormData
				? await ask(api(path), {
						method: 'POST',
						headers: { ...headers, ...form.getHeaders() },
						body: form,
					})
				: await ask(api(path), { method: 'POST', headers, body: form }),
		fetch: async (url, headers, method = 'GET') => await ask(url, { method, headers }),
		start: async (workflow, fields = {}, groupId) => {
			const group = groupId === undefined ? '' : `&group_id=${encodeURIComponent(groupId)}`;
			const before = flowscale.runs.length;
			const reply = await client.post(
				`/runs?workflow_id=${idOf(workflow)}${group}`,
				formOf(fields),
			);
			if (flowscale.runs.length !== before + 1)
				throw new Error(`No run was started: ${reply.status} ${reply.text}`);
			return flowscale.runs[before];
		},
		run: async (...args) => {
			const run = await client.start(...args);
			await until(() => run.completedAt !== null);
			return run;
		},
	};
	return client;
}

/**
 * Gives each test simulators of its own, quick ones by default, and closes them after it. A test
 * that asked for something the simulator does not know fails, unless it empties `unknown` itself.
 */
export function useFlowscale(): (options?: FlowscaleOptions) => Promise<Client> {
	let opened: Flowscale[] = [];
	let agents: Agent[] = [];

	afterEach(async () => {
		const unknown = opened.flatMap((flowscale) => flowscale.unknown);
		await Promise.all(agents.map(async (agent) => await agent.destroy()));
		await Promise.all(opened.map(async (flowscale) => await flowscale.close()));
		opened = [];
		agents = [];
		expect(unknown).toEqual([]);
	});

	return async (options = {}) => {
		const flowscale = await startFlowscale({ runMs: 20, latencyMs: 0, ...options });
		const agent = new Agent();
		opened.push(flowscale);
		agents.push(agent);
		return connect(flowscale, agent);
	};
}
