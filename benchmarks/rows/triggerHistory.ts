import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { pollRuns } from '../../nodes/Flowscale/trigger/pollRuns';
import { cpuUsage, Readable } from '../../simulator/platform';
import { createRandom } from '../../simulator/random';
import type { Measurement } from '../measurement';

const HISTORY = 1_000_000;
const NEW_A_MINUTE = 100;
const POLLS = 60;
const BETWEEN_ENDS_MS = 60_000 / NEW_A_MINUTE;
const ANSWER_MS = 200;

/**
 * A deployment whose history is a formula: the run with the highest number ended last. What is new
 * ends evenly, or at random moments (80 to 120 in most minutes), also between two requests of a
 * poll.
 */
function createHistory(beganMs: number, isUneven = false) {
	let count = HISTORY;
	let requests = 0;
	let nowMs = beganMs;
	const { fraction } = createRandom(HISTORY);
	const newEnds = [beganMs];
	const endOf = (index: number) =>
		index < HISTORY || !isUneven
			? beganMs - (HISTORY - index) * BETWEEN_ENDS_MS
			: newEnds[index - HISTORY];
	const passRandomly = (ms: number) => {
		nowMs += ms;
		for (;;) {
			const nextMs = endOf(HISTORY + newEnds.length - 1);
			if (nextMs > nowMs) break;
			newEnds.push(nextMs - BETWEEN_ENDS_MS * Math.log(1 - fraction()));
		}
		count = HISTORY + newEnds.length - 1;
	};
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
		passMinute: () => {
			if (isUneven) passRandomly(60_000);
			else count += NEW_A_MINUTE;
		},
		added: () => count - HISTORY,
		requests: () => requests,
		answer: async ({ url }: { url: string }) => {
			requests++;
			if (isUneven) passRandomly(ANSWER_MS);
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

/** An hour of polls, one each minute, after the first one. */
async function measureHour(isUneven: boolean) {
	const history = createHistory(Date.now(), isUneven);
	const store: IDataObject = {};
	const context = createContext(history.answer, store);
	await pollRuns(context);
	const requests: number[] = [];
	const first = history.added();
	let [due, reported] = [0, 0];
	const before = cpuUsage();
	for (let poll = 0; poll < POLLS; poll++) {
		history.passMinute();
		due = history.added() - first;
		const asked = history.requests();
		reported += (await pollRuns(context))?.[0].length ?? 0;
		requests.push(history.requests() - asked);
	}
	const after = cpuUsage();
	if (reported < due) throw new Error(`${reported} of ${due} runs were reported`);
	return {
		requests,
		cpuMs: (after.user + after.system - before.user - before.system) / 1_000 / POLLS,
		stateChars: JSON.stringify(store).length,
	};
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
		{
			id: 'triggerUneven',
			title:
				'Same, with ends at random moments, also between two requests of 0.2 s: requests of an average poll',
			unit: '',
			digits: 1,
		},
		{
			id: 'triggerUnevenMost',
			title: 'Same: requests of the dearest poll',
			unit: '',
			digits: 0,
		},
	],
	measure: async () => {
		const even = await measureHour(false);
		const { requests } = await measureHour(true);
		return {
			triggerRequests: Math.max(...even.requests),
			triggerCpu: even.cpuMs,
			triggerState: even.stateChars / 1_000,
			triggerUneven: requests.reduce((sum, count) => sum + count, 0) / POLLS,
			triggerUnevenMost: Math.max(...requests),
		};
	},
};
