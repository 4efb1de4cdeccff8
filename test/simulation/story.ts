import type { INodeExecutionData } from 'n8n-workflow';
import type { ExecutionResult, Happened, NodeRun } from './happened';

/** What happened in a world as lines that a person reads: second by second, then the ends. */
export function storyOf({ world, results, trigger, state, journal, beganMs }: Happened): string[] {
	const at = (ms: number | null) => (ms === null ? '–' : `${((ms - beganMs) / 1000).toFixed(1)} s`);
	const requests = journal.entries.map((entry) => ({
		atMs: entry.atMs,
		text: `${entry.by}: ${entry.method} ${shortUrl(entry.url)} → ${entry.status ?? 'no answer'}${entry.fate === 'fine' ? '' : ` [${entry.fate}]`}`,
	}));
	const births = state.runs.flatMap((run) => [
		{
			atMs: run.createdMs,
			text: `  the service begins ${run.id} for ${run.by} (${JSON.stringify({ ...run.texts, ...run.files })}, group ${run.groupId ?? 'none'})`,
		},
		...(run.endedMs === null
			? []
			: [{ atMs: run.endedMs, text: `  ${run.id} ends: ${run.outcome}` }]),
	]);
	const lives = results.flatMap((result) => [
		...result.runs.map((run) => ({
			atMs: run.beganMs,
			text: `${result.id} ${run.attempt === 0 ? 'begins' : 'continues'} as ${run.executionId}: ${result.plan.operation}`,
		})),
		...result.runs.map((run) => ({
			atMs: run.endedMs,
			text: `${result.id} ${endOf(run)} after ${run.tries} ${run.tries === 1 ? 'try' : 'tries'}`,
		})),
	]);
	const polls = (trigger?.polls ?? []).map((poll) => ({
		atMs: poll.endedMs,
		text: `trigger reports ${poll.items.map(({ json }) => String(json.run_id ?? json._id)).join(', ') || 'nothing'}${poll.error ? ` (${poll.error.message})` : ''}`,
	}));
	const lines = [...requests, ...births, ...lives, ...polls]
		.sort((a, b) => a.atMs - b.atMs)
		.map(({ atMs, text }) => `${at(atMs).padStart(9)}  ${text}`);
	return [
		...setting(world.executions.length, results),
		'',
		...shortened(lines),
		'',
		...results.flatMap(endingOf),
	];
}

const shortUrl = (url: string) =>
	url.replace(/^https:\/\/[^/]+/, (origin) => (origin.includes('files') ? 'files:' : ''));
const endOf = ({ outcome }: NodeRun) =>
	({
		items: 'hands out its items',
		failed: 'fails',
		stopped: 'is stopped',
		waiting: 'is suspended',
		killed: 'is lost with n8n’s process',
	})[outcome];

function setting(count: number, results: ExecutionResult[]): string[] {
	return [
		`${count} ${count === 1 ? 'execution' : 'executions'}`,
		...results.map(
			({ id, plan, items }) =>
				`  ${id}: ${plan.operation}, items ${items.map(({ prompt, file }) => `"${prompt}"${file === null ? '' : ` with ${file}`}`).join(', ')}, ${plan.waitMode}, group ${plan.group}, ${plan.onError}, tries ${plan.tries}, options ${JSON.stringify(plan.options)}`,
		),
	];
}

const MOST_LINES = 400;

function shortened(lines: string[]): string[] {
	if (lines.length <= MOST_LINES) return lines;
	const half = MOST_LINES / 2;
	return [
		...lines.slice(0, half),
		`          … ${lines.length - MOST_LINES} lines are left out …`,
		...lines.slice(-half),
	];
}

function endingOf({ id, runs, log }: ExecutionResult): string[] {
	const last = runs.at(-1);
	return [
		`${id}: ${last === undefined ? 'never began' : endOf(last)}${last?.error ? `: ${last.error.message} – ${last.error.description ?? ''}` : ''}`,
		...(last?.items ?? []).map(itemLine),
		...log.slice(-12).map((line) => `    log: ${line}`),
	];
}

const itemLine = ({ json, binary, pairedItem }: INodeExecutionData) =>
	`    item ${JSON.stringify(pairedItem)}: ${String(json.error ?? `${String(json.run_id ?? json.group_id ?? json.filename)} ${String(json.state ?? '')} ${Object.keys(binary ?? {}).join(' ')}`)}`;
