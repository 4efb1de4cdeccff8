import { json, type Answer } from '../answer';
import type { Request } from '../exchange';
import { readJson } from '../readJson';
import type { Timers } from '../timers';
import type { FlowAiOptions } from './flowAiOptions';
import { flowAiWorkflows, type FlowAiWorkflow } from './flowAiWorkflow';
import { framesOf, streamOf } from './streamAnswer';

export const flowAiApiKey = 'fa-sim-key-for-tests-only';

/** State of one simulated FlowAI. */
export interface FlowAiService {
	options: FlowAiOptions;
	timers: Timers;
	inputs: Array<Record<string, unknown>>;
	aborted: string[];
	/** Runs in progress now, and the most so far. */
	inProgress: number;
	mostInProgress: number;
	/** Arrivals of the last second that were accepted, ms since 1970. */
	taken: number[];
}

type Body = { input?: Record<string, unknown>; stream?: boolean } | undefined;

/** The one endpoint: refuses, or runs the workflow and answers with its result. */
export async function run(service: FlowAiService, request: Request): Promise<Answer> {
	const { entry, message, params } = request;
	const body = (entry.json = await readJson(message, entry)) as Body;
	if (entry.headers['x-api-key'] !== flowAiApiKey)
		return json(401, { error: `invalid key ${String(entry.headers['x-api-key'])}` });
	if (!isAdmitted(service, entry.at)) return tooMany(service);
	const workflows: FlowAiWorkflow[] = service.options.workflows ?? Object.values(flowAiWorkflows);
	const workflow = workflows.find(({ id }) => id === params.id);
	if (workflow === undefined) return json(404, { error: 'workflow not found' });
	if (typeof body?.input !== 'object' || body.input === null)
		return json(400, { error: 'input is missing' });
	return await answer(service, request, workflow, { ...body, input: body.input });
}

function isAdmitted(service: FlowAiService, at: number): boolean {
	const { maxConcurrent = Infinity, maxPerSecond = Infinity } = service.options;
	service.taken = service.taken.filter((time) => time > at - 1_000);
	if (service.inProgress >= maxConcurrent || service.taken.length >= maxPerSecond) return false;
	service.taken.push(at);
	return true;
}

function tooMany({ options }: FlowAiService): Answer {
	const refusal = json(429, { error: 'too many requests' });
	return options.retryAfter === undefined
		? refusal
		: { ...refusal, headers: { ...refusal.headers, 'retry-after': options.retryAfter } };
}

async function answer(
	service: FlowAiService,
	{ entry, message, fault }: Request,
	workflow: FlowAiWorkflow,
	{ input, stream: isAsked }: { input: Record<string, unknown>; stream?: boolean },
): Promise<Answer> {
	const { options, timers } = service;
	const { pieceMs = 1, form = 'asked' } = options;
	service.inputs.push(input);
	service.mostInProgress = Math.max(service.mostInProgress, ++service.inProgress);
	let isSaid = false;
	const end = () => {
		if (!isSaid) service.inProgress--;
		isSaid = true;
	};
	message.socket.once('close', () => {
		if (!isSaid) service.aborted.push(entry.url);
		end();
	});
	const stepMs = typeof pieceMs === 'number' ? pieceMs : pieceMs(input);
	if (form === 'asked' ? isAsked === true : form === 'stream') {
		const frames = framesOf(workflow, input);
		const stream = streamOf(frames, stepMs, timers, fault?.kind, options.isKeptOpen);
		stream.once('end', end);
		return {
			status: 200,
			headers: { 'content-type': 'text/event-stream;charset=utf-8' },
			body: stream,
		};
	}
	await timers.pause(stepMs);
	end();
	return workflow.error === undefined
		? json(200, { output: workflow.output(input), total_time: 9.25 })
		: json(500, { error: workflow.error });
}
