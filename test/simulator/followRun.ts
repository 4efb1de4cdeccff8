import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { request } from 'undici';
import type { Client } from '../harness/useFlowscale';

/** Reads the stream of a run to its end with a parser that others wrote. */
export async function follow(
	{ flowscale }: Client,
	runId: string,
	ask: { query?: string; headers?: Record<string, string> } = {},
) {
	const received: EventSourceMessage[] = [];
	const comments: string[] = [];
	const parser = createParser({
		onEvent: (event) => received.push(event),
		onComment: (comment) => comments.push(comment),
	});
	const { body, headers, statusCode } = await request(
		`${flowscale.baseUrl}/api/v1/runs/${runId}/events${ask.query ?? ''}`,
		{
			headers: { 'x-api-key': flowscale.apiKey ?? '', ...ask.headers },
		},
	);
	body.setEncoding('utf8');
	for await (const chunk of body) parser.feed(String(chunk));
	return { statusCode, type: headers['content-type'], received, comments };
}

/** Number, name and state (or type) of each event. */
export const brief = ({ received }: { received: EventSourceMessage[] }) =>
	received.map(({ id, event, data }) => {
		const { status, type } = JSON.parse(data) as { status?: string; type?: string };
		return `${id} ${event ?? '-'} ${status ?? type}`;
	});

/** The events of a run with one output that goes well. */
export const wholeLife = [
	'1 run_status queued',
	'2 run_status running',
	'3 progress progress',
	'4 - output',
	'5 run_status completed',
];
