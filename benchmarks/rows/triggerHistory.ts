import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { pollRuns } from '../../nodes/Flowscale/trigger/pollRuns';
import { cpuUsage, Readable } from '../../simulator/platform';
import type { Measurement } from '../measurement';

const HISTORY = 1_000_000;
const NEW_A_MINUTE = 100;
const POLLS = 60;
const BETWEEN_ENDS_MS = 60_000 / NEW_A_MINUTE;

/** A deployment whose history is a formula: the run with the highest number ended last. */
function createHistory(beganMs: number) {
	let count = HISTORY;
	let requests = 0;
	const endOf = (index: number) => beganMs - (HISTORY - index) * BETWEEN_ENDS_MS;
	const rawRun = (index: number) => {
		const stamp = new Date(endOf(index)).toISOString();
		return {
			_id: `run-${index}`,
			workflow_id: 'w1',
			group_id: `group-${index % 50}`,
			status: 'completed',
			inputs: [{ path: 'text_51536', value: `a picture of number ${index}` }],
			outputs: [{ filename: `image_${index}.png`, url: `https://files.test/${index}` }],
			...{ created_at: stamp, started_at: stamp, completed_at: stamp },
		};
	};
	const list = (query: URLSearchParams) => {
		const page = Number(query.get('page') ?? 1);
		const size = Number(query.get('page_size') ?? 10);
		const first = count - 1 - (page - 1) * size;
		const length = Math.max(0, Math.min(size, first + 1));
		return {
			status: 'success',
			data: { count, runs: Array.from({ length }, (_, n) => rawRun(first - n)) },
			meta: { page, page_size: size, total_pages: Math.ceil(count / size), total_count: count },
		};
	};
	return {
		passMinute: () => (count += NEW_A_MINUTE),
		requests: () => requests,
		answer: async ({ url }: { url: string }) => {
			requests++;
			const body = JSON.stringify(list(new URL(url).searchParams));
			const headers = { date: new Date(endOf(count - 1)).toUTCString() };
			return { statusCode: 200, headers, body: Readable.from([Buffer.from(body)]) };
		},
	};
}

/** What n8n gives a trigger, as far as this one uses it. */
function createContext(
	answer: (options: { url: string }) => Promise<object>,
	store: IDataObject,
): IPollFunctions {
	const parameters: IDataObject = {
		events: ['completed', 'failed'],
		filters: {},
		options: {},
	};
	const say = () => undefined;
	const context = {
		getMode: () => 'trigger',
		getActivationMode: () => 'init',
		getNode: () => ({ id: '1', name: 'Flowscale Trigger', credentials: {} }),
		getWorkflow: () => ({ id: 'wf' }),
		getWorkflowStaticData: () => store,
		getNodeParameter: (name: string, fallback: unknown) => parameters[name] ?? fallback,
		getCredentials: async () => ({
			baseUrl: 'https://deployment.test',
			authentication: 'apiKey',
			apiKey: 'key',
		}),
		logger: { debug: say, info: say, warn: say, error: say },
		helpers: {
			httpRequestWithAuthentication: async (_: string, options: { url: string }) =>
				await answer(options),
			httpRequest: answer,
		},
	};
	return context as unknown as IPollFunctions;
}

/** Requests, CPU time and state of a trigger that polls each minute; the dearest of an hour's polls. */
export const triggerHistory: Measurement = {
	isStallForeign: true,
	rows: [
		{
			id: 'triggerRequests',
			title:
				'Trigger, 1,000,000 runs of history, 100 new ends a minute: requests of the dearest poll of an hour',
			unit: '',
			bound: 3,
			digits: 0,
		},
		{
			id: 'triggerCpu',
			title: 'Same: CPU time a poll, the stand-in’s included',
			unit: 'ms',
			bound: 50,
			digits: 1,
		},
		{ id: 'triggerState', title: 'Same: state that n8n keeps', unit: 'kB', bound: 32, digits: 1 },
	],
	measure: async () => {
		const history = createHistory(Date.now());
		const store: IDataObject = {};
		const context = createContext(history.answer, store);
		await pollRuns(context);
		let most = 0;
		let reported = 0;
		const before = cpuUsage();
		for (let poll = 0; poll < POLLS; poll++) {
			history.passMinute();
			const asked = history.requests();
			reported += (await pollRuns(context))?.[0].length ?? 0;
			most = Math.max(most, history.requests() - asked);
		}
		const after = cpuUsage();
		if (reported !== POLLS * NEW_A_MINUTE) throw new Error(`${reported} runs were reported`);
		return {
			triggerRequests: most,
			triggerCpu: (after.user + after.system - before.user - before.system) / 1_000 / POLLS,
			triggerState: JSON.stringify(store).length / 1_000,
		};
	},
};
