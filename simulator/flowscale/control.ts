import type { Faults } from '../faults';
import type { JournalEntry } from '../journal';
import type { IncomingMessage, ServerResponse } from '../platform';
import type { Containers } from './containers';
import type { Route } from './endpoints';
import type { Fault, Flowscale } from './flowscaleOptions';
import type { NetworkCounts } from '../slowNetwork';
import type { RunStore } from './runStore';

/** What another process may see and do through `/_control/` on the download host. */
export interface Controlled extends Pick<Flowscale, 'finish' | 'addRuns'> {
	store: RunStore;
	containers: Containers;
	journal: JournalEntry[];
	unknown: string[];
	faults: Faults<Route>;
	/** What went over the network, where the simulator stands behind one. */
	network?: NetworkCounts;
	reset(): void;
}

/** Control requests are neither journalled nor touched by faults. */
export const isControl = (message: IncomingMessage): boolean =>
	(message.url ?? '').startsWith('/_control/');

const stats = ({ store, containers, journal, unknown, network }: Controlled) => {
	const requests: Record<string, number> = {};
	for (const { route } of journal) requests[route] = (requests[route] ?? 0) + 1;
	return {
		now: Date.now(),
		requests,
		totalRequests: journal.length,
		unknown,
		network,
		waiting: containers.waiting.length,
		working: containers.working.filter((run) => run !== null).length,
		runs: store.all.map(
			({
				id,
				groupId,
				workflowId,
				state,
				createdAt,
				startedAt,
				completedAt,
				cancelRequestedAt,
			}) => ({
				run_id: id,
				group_id: groupId,
				workflow_id: workflowId,
				state,
				created_at: createdAt,
				started_at: startedAt,
				completed_at: completedAt,
				cancel_requested_at: cancelRequestedAt,
			}),
		),
	};
};

/** What is known of each request, without bodies. */
const journalLines = ({ journal }: Controlled) =>
	journal.map(({ at, host, method, url, route, status, fault, runId }) => ({
		at,
		host,
		method,
		url,
		route,
		status,
		fault,
		runId,
	}));

async function readJson<T>(message: IncomingMessage): Promise<Partial<T>> {
	const chunks: Buffer[] = [];
	for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
	const text = Buffer.concat(chunks).toString();
	return text === '' ? {} : (JSON.parse(text) as Partial<T>);
}

interface Ending {
	run_id: string;
	how: Parameters<Flowscale['finish']>[1];
}

interface Bulk {
	count: number;
	given: Parameters<Flowscale['addRuns']>[1];
}

const commands: Record<string, (controlled: Controlled, message: IncomingMessage) => unknown> = {
	'GET /_control/stats': stats,
	'GET /_control/journal': journalLines,
	'POST /_control/reset': ({ reset }) => reset(),
	'POST /_control/faults': async ({ faults }, message) =>
		faults.add({ on: 'any', kind: 'status', ...(await readJson<Fault>(message)) }),
	'POST /_control/clear-faults': ({ faults }) => faults.clear(),
	'POST /_control/finish': async ({ finish }, message) => {
		const { run_id: runId = '', how } = await readJson<Ending>(message);
		finish(runId, how);
	},
	'POST /_control/runs': async ({ addRuns }, message) => {
		const { count = 1, given } = await readJson<Bulk>(message);
		return { run_ids: addRuns(count, given).map(({ id }) => id) };
	},
};

/**
 * Answers a control request with JSON: 200, 404 for an unknown one, 400 with the reason when it
 * fails.
 */
export async function answerControl(
	controlled: Controlled,
	message: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const reply = (status: number, value: unknown) => {
		response
			.writeHead(status, { 'content-type': 'application/json' })
			.end(JSON.stringify(value ?? { ok: true }));
	};
	const command = commands[`${message.method} ${message.url}`];
	if (!command)
		return reply(404, {
			error: `No control command ${message.method} ${message.url}`,
			commands: Object.keys(commands),
		});
	try {
		reply(200, await command(controlled, message));
	} catch (error) {
		reply(400, { error: error instanceof Error ? error.message : String(error) });
	}
}
