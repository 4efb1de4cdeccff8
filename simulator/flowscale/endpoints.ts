import type { Endpoint } from '../exchange';
import type { JournalEntry } from '../journal';
import { cancelRun } from './cancelRun';
import { getHealth, getQueue } from './cluster';
import { followRun } from './followRun';
import { getOutput } from './getOutput';
import { listWorkflows } from './listWorkflows';
import { getRun, listRuns } from './readRuns';
import type { Operation, Service } from './service';
import { startRun } from './startRun';

export type Route =
	| 'health'
	| 'queue'
	| 'workflows'
	| 'startRun'
	| 'listRuns'
	| 'getRun'
	| 'getOutput'
	| 'cancelRun'
	| 'events'
	| 'download';

interface Row {
	route: Route;
	method: string;
	/** Path below `/api/v1`. */
	path: RegExp;
	/** Query parameters that a source names; any other is unknown. */
	query: string[];
	run: Operation;
}

const runId = '(?<run_id>[^/]+)';

/** Endpoints of the API (protocols: endpoint list). The order matters: `output` is no run id. */
const rows: Row[] = [
	{ route: 'health', method: 'GET', path: /^\/comfy\/health$/, query: [], run: getHealth },
	{ route: 'queue', method: 'GET', path: /^\/comfy\/queue$/, query: [], run: getQueue },
	{
		route: 'workflows',
		method: 'GET',
		path: /^\/comfy\/workflows$/,
		query: [],
		run: listWorkflows,
	},
	{
		route: 'startRun',
		method: 'POST',
		path: /^\/runs$/,
		query: ['workflow_id', 'group_id'],
		run: startRun,
	},
	{
		route: 'listRuns',
		method: 'GET',
		path: /^\/runs$/,
		query: ['group_id', 'sort_by', 'sort_order', 'page', 'page_size'],
		run: listRuns,
	},
	{
		route: 'getOutput',
		method: 'GET',
		path: /^\/runs\/output$/,
		query: ['filename'],
		run: getOutput,
	},
	{ route: 'getRun', method: 'GET', path: new RegExp(`^/runs/${runId}$`), query: [], run: getRun },
	{
		route: 'cancelRun',
		method: 'POST',
		path: new RegExp(`^/runs/${runId}/cancel$`),
		query: [],
		run: cancelRun,
	},
	{
		route: 'events',
		method: 'GET',
		path: new RegExp(`^/runs/${runId}/events$`),
		query: ['from_seq'],
		run: followRun,
	},
];

/** The endpoint a request means, or undefined for what no source knows. */
export function findEndpoint(service: Service, entry: JournalEntry): Endpoint | undefined {
	if (!entry.path.startsWith('/api/v1/')) return undefined;
	const path = entry.path.slice('/api/v1'.length);
	for (const row of rows) {
		const found = row.path.exec(path);
		if (!found || row.method !== entry.method) continue;
		if (Object.keys(entry.query).some((name) => !row.query.includes(name))) return undefined;
		const params = Object.fromEntries(
			Object.entries(found.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
		);
		return { route: row.route, params, handle: async (request) => await row.run(service, request) };
	}
	return undefined;
}
