import { ServiceError } from '../../nodes/core/errors';
import { readResult } from '../../packages/n8n-nodes-flowai/nodes/FlowAi/runs/readResult';
import type { RunOrder, Session } from '../../packages/n8n-nodes-flowai/nodes/FlowAi/runs/session';
import { gzipSync, Readable } from '../../simulator/platform';

const order: RunOrder = { workflowId: 'w', input: {}, isStreamed: false, timeoutMs: 0 };
const nobody = { onText: () => undefined, onNodeEnd: () => undefined };
const never = new AbortController().signal;

/** The result of an answer with this body, or its error and what is advised. */
async function resultOf(body: string | Buffer, contentType = 'application/json', status = 200) {
	const failureInWords = (words: string, facts = {}) => new ServiceError(`FlowAI: ${words}`, facts);
	const session = {
		redact: (text: string) => text,
		stop: never,
		transport: { failureInWords },
	} as unknown as Session;
	const stream = Readable.from([Buffer.from(body)]);
	const answer = { status, headers: { 'content-type': contentType }, stream };
	return await readResult(session, order, answer, never, nobody).then(
		(end) => end.answer?.output,
		({ name, message, facts }: ServiceError) => ({ name, message, hint: facts.hint }),
	);
}

const deep = `{"output":${'['.repeat(300)}${']'.repeat(300)}}`;
const TOO_DEEP = 'JSON that is nested more than 200 levels deep';

it.each([
	['whole', deep, 'application/json', 'The workflow may have run all the same, so it was'],
	['in a stream', `event:output\ndata:${deep}\n\n`, 'text/event-stream', undefined],
])('a result that is nested too deep is named as such: %s', async (_, body, type, hint) => {
	const result = (await resultOf(body, type)) as { message: string; hint?: string };
	expect(result.message).toBe(`FlowAI: ${TOO_DEEP}`);
	if (hint !== undefined) expect(result.hint).toContain(hint);
});

it('a result at the limit of depth is read', async () => {
	const nested = `{"output":${'['.repeat(199)}${']'.repeat(199)}}`;
	expect(await resultOf(nested)).toEqual(JSON.parse(nested.slice(10, -1)));
});

it.each<[string, Buffer, string]>([
	['UTF-16', Buffer.from('{"output":"Füchse"}', 'utf16le'), 'application/json'],
	['Latin-1', Buffer.from('{"output":"Füchse"}', 'latin1'), 'application/json;charset=latin1'],
	['gzip without its header', gzipSync('{"output":"Füchse"}'), 'application/json'],
])('a result in %s is read', async (_, body, type) => {
	expect(await resultOf(body, type)).toBe('Füchse');
});
