import { request } from 'undici';
import { sleep } from '../../simulator/platform';
import { type Flowscale, startFlowscale } from '../../simulator/flowscale/startFlowscale';
import { chain, nodeOf, outputOf, runWorkflow } from '../harness/runWorkflow';
import { type Engine, startEngine } from '../harness/startEngine';
import { ownPrompt, startOf, workflow } from '../harness/useHarness';
import { NODE, packageDirOf } from '../harness/useSibling';
import { promptsOf } from './batches';

const FOLDER = 'n8n-nodes-flowscale';
const EXECUTIONS = 3;
export const MOST_QUEUED = 8;

/** What became of three executions that share one deployment's queue. */
export interface QueuedResult {
	/** Items of all executions that hold a run of their own. */
	recognised: number;
	starts: number;
	/** The longest queue, looked at with each answer. */
	longest: number;
	/** By how much the queue was ever longer than the limit and the starts in flight. */
	excess: number;
	/** How long the runs of another user waited, in run times; the longest. */
	othersWait: number;
	others: number;
	seconds: number;
	idealSeconds: number;
}

/** Another user, who knows nothing of the limit, and starts a run now and then. */
async function anotherUser(
	{ baseUrl, apiKey, runs }: Flowscale,
	runMs: number,
	isOver: () => boolean,
): Promise<string[]> {
	const ids: string[] = [];
	while (!isOver()) {
		await sleep(runMs * 5);
		const known = runs.length;
		const url = `${baseUrl}/api/v1/runs?workflow_id=${workflow.image.value}&group_id=another`;
		const headers = {
			'x-api-key': apiKey ?? '',
			'content-type': 'application/x-www-form-urlencoded',
		};
		const answer = await request(url, { method: 'POST', headers, body: 'text_51536=another' });
		await answer.body.dump();
		ids.push(...runs.slice(known).flatMap((run) => (run.groupId === 'another' ? [run.id] : [])));
	}
	return ids;
}

/** One execution of a batch; the prompts of its results, in order. */
async function execute(engine: Engine, count: number, group: string): Promise<string[]> {
	const options = { maxQueued: MOST_QUEUED, maxConcurrent: 50, pollInterval: 0.2 };
	const parameters = startOf('image', ownPrompt, {
		...options,
		download: false,
		liveEvents: false,
	});
	const node = nodeOf(
		NODE,
		`${FOLDER}.flowscale`,
		{ resource: 'workflow', operation: 'executeAndWait', ...parameters, groupId: group },
		{ credentials: { flowscaleApi: { id: '1', name: 'Simulator' } } },
	);
	const items = promptsOf(count).map((prompt) => ({ json: { prompt: `${group} ${prompt}` } }));
	const done = outputOf(
		await runWorkflow(engine, chain(node), items, { executionId: group }),
		NODE,
	);
	return done.map(({ json }) => String((json.inputs as { text_51536?: string }).text_51536));
}

/**
 * Three executions of so many items at once on four containers, all with Max Queued Runs.
 * @param runMs how long a run takes
 */
export async function runQueuedBatches(count: number, runMs: number): Promise<QueuedResult> {
	const known: { service?: Flowscale } = {};
	const seen = { longest: 0, excess: 0 };
	const onAnswer = () => {
		const { runs = [], journal = [] } = known.service ?? {};
		const queued = runs.filter(
			({ state, groupId }) => state === 'queued' && groupId !== 'another',
		).length;
		const inFlight = journal.filter(({ route, status }) => route === 'startRun' && status === null);
		seen.longest = Math.max(seen.longest, queued);
		seen.excess = Math.max(seen.excess, queued - MOST_QUEUED - inFlight.length);
	};
	const service = await startFlowscale({ runMs, containers: 4, onAnswer });
	known.service = service;
	const engine = await startEngine(packageDirOf(FOLDER), {
		flowscaleApi: {
			...{ baseUrl: service.baseUrl, authentication: 'apiKey', apiKey: service.apiKey ?? '' },
			...{ headers: {}, allowUnauthorizedCerts: false },
		},
	});
	let isOver = false;
	const begun = Date.now();
	const other = anotherUser(service, runMs, () => isOver);
	const groups = Array.from({ length: EXECUTIONS }, (_, index) => `execution ${index}`);
	const done = await Promise.all(groups.map(async (group) => await execute(engine, count, group)));
	const seconds = (Date.now() - begun) / 1000;
	isOver = true;
	const others = await other;
	const waits = service.runs.flatMap(({ id, createdAt, startedAt }) =>
		others.includes(id) && startedAt !== null ? [(startedAt - createdAt) / runMs] : [],
	);
	await service.close();
	const expected = groups.map((group) => promptsOf(count).map((prompt) => `${group} ${prompt}`));
	return {
		recognised: done.flatMap((prompts, at) =>
			prompts.filter((prompt, index) => prompt === expected[at][index]),
		).length,
		starts: service.runs.filter(({ groupId }) => groupId !== 'another').length,
		...seen,
		othersWait: Math.max(...waits),
		others: waits.length,
		seconds,
		idealSeconds: ((count * EXECUTIONS + waits.length) / 4) * (runMs / 1000),
	};
}
