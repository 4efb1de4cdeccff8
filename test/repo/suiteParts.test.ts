import { freePort } from '../n8n/freePort';
import { RestError, type RequestJson } from '../n8n/requestJson';
import { startModel } from '../n8n/startModel';
import { untilPublished } from '../n8n/untilPublished';

/** Parts of the suite on real servers that must hold on every version of n8n, tried without one. */

const answering =
	(answers: unknown[]): RequestJson =>
	async <Answer>() => {
		const answer = answers.shift();
		if (answer instanceof Error) throw answer;
		return answer as Answer;
	};

it.each<[string, unknown[]]>([
	['is published', [{ status: 'published', triggers: [] }]],
	['answers 404, since its version has no such endpoint', [new RestError(404, 'not found')]],
	['answers with its editor’s page', [new SyntaxError('Unexpected token <')]],
	['answers with an object of another kind', [{}]],
	[
		'is published a little later',
		[{ status: 'in_progress', triggers: [] }, { status: 'published' }],
	],
])('an activation is over where n8n %s', async (_, answers) => {
	await expect(untilPublished(answering(answers), 'wf1')).resolves.toBeUndefined();
	expect(answers).toEqual([]);
});

it.each<[string, unknown]>([
	[
		'reports a trigger that failed',
		{ status: 'failed', triggers: [{ errorMessage: 'no webhook' }] },
	],
	['refuses', new RestError(500, 'no database')],
])('an activation has failed where n8n %s', async (_, answer) => {
	await expect(untilPublished(answering([answer]), 'wf1')).rejects.toThrow(
		/no webhook|no database/,
	);
});

it('free ports: each is given once', async () => {
	const ports = await Promise.all(Array.from({ length: 40 }, async () => await freePort()));
	expect(new Set(ports).size).toBe(40);
});

it('the model calls its tool, as a whole answer and as a stream', async () => {
	const model = await startModel({ prompt: 'a lake' });
	const ask = async (stream: boolean, messages: object[]) => {
		const tools = [
			{ type: 'function', function: { name: 'Draw', description: '', parameters: {} } },
		];
		const answer = await fetch(`${model.baseUrl}/chat/completions`, {
			method: 'POST',
			body: JSON.stringify({ model: 'm', messages, tools, stream }),
		});
		return { type: answer.headers.get('content-type'), text: await answer.text() };
	};
	try {
		const whole = await ask(false, [{ role: 'user', content: 'Draw' }]);
		expect(JSON.parse(whole.text)).toMatchObject({
			choices: [{ message: { tool_calls: [{ function: { name: 'Draw' } }] } }],
		});
		const { type, text } = await ask(true, [{ role: 'user', content: 'Draw' }]);
		expect(type).toBe('text/event-stream');
		const events = text.split('\n\n').filter((event) => event !== '');
		expect(events.at(-1)).toBe('data: [DONE]');
		const chunks = events
			.slice(0, -1)
			.map((event) => JSON.parse(event.replace(/^data: /, '')) as object);
		expect(chunks[0]).toMatchObject({
			choices: [
				{ delta: { tool_calls: [{ index: 0, id: 'call_1', function: { name: 'Draw' } }] } },
			],
		});
		expect(chunks[1]).toMatchObject({ choices: [{ delta: {}, finish_reason: 'tool_calls' }] });
		const last = await ask(true, [{ role: 'tool', content: 'done' }]);
		expect(last.text).toContain('"content":"Done"');
	} finally {
		model.close();
	}
});
