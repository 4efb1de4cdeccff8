import { request } from 'undici';
import { brief, follow, wholeLife } from './followRun';
import { useFlowscale } from '../harness/useFlowscale';

const open = useFlowscale();

describe('the event stream', () => {
	it('reports the whole life of a run as it happens and is ended by the service', async () => {
		// Long enough for a busy machine to follow it before it is over.
		const client = await open({ runMs: 1_000 });
		const run = await client.start('Text to Image', { text_51536: 'x' });
		const stream = await follow(client, run.id);
		expect(brief(stream)).toEqual(wholeLife);
		expect(stream).toMatchObject({
			statusCode: 200,
			type: 'text/event-stream; charset=utf-8',
			comments: ['connected'],
		});
		expect(stream.received[3]).toMatchObject({
			data: JSON.stringify({ type: 'output', filename: run.outputs[0].files[0] }),
		});
	});

	it.each([
		['from the start', {}, wholeLife],
		['from a sequence number on, that one included', { query: '?from_seq=4' }, wholeLife.slice(3)],
		['after the last event seen', { headers: { 'last-event-id': '4' } }, wholeLife.slice(4)],
		['with nothing left when all was seen', { headers: { 'last-event-id': '5' } }, []],
	])('of a finished run replays %s', async (_, ask, expected) => {
		const client = await open();
		const run = await client.run('Text to Image', { text_51536: 'x' });
		expect(brief(await follow(client, run.id, ask))).toEqual(expected);
	});

	it('sends comments while nothing happens', async () => {
		const client = await open({ runMs: 100, keepAliveMs: 10 });
		const run = await client.start('Text to Image', { text_51536: 'x' });
		const { comments } = await follow(client, run.id);
		expect(comments.filter((comment) => comment.trim() === 'keep-alive').length).toBeGreaterThan(2);
	});

	it.each([
		['failed', '{"run_id":"ID","status":"failed","error":"no luck"}'],
		['cancelled', '{"run_id":"ID","status":"cancelled"}'],
	] as const)('ends with the word %s', async (how, data) => {
		const client = await open({ runMs: 60_000 });
		const run = await client.start('Text to Image', { text_51536: 'x' });
		const stream = follow(client, run.id);
		client.flowscale.finish(run.id, how, how === 'failed' ? { errorText: 'no luck' } : {});
		expect((await stream).received.at(-1)?.data).toBe(data.replace('ID', run.id));
	});

	it('uses the words of the dialect', async () => {
		const client = await open({ dialect: { words: { running: 'RENDERING', completed: 'Done' } } });
		const run = await client.run('Text to Image', { text_51536: 'x' });
		expect(brief(await follow(client, run.id))).toEqual(
			expect.arrayContaining(['2 run_status RENDERING', '5 run_status Done']),
		);
		expect(await client.get(`/runs/${run.id}`)).toMatchObject({
			json: { data: { status: 'Done' } },
		});
	});

	it('is not there for an unknown run, nor where the deployment is too old', async () => {
		const [now, old] = [await open(), await open({ dialect: { events: 'none' } })];
		const run = await old.run('Text to Image', { text_51536: 'x' });
		expect(await now.get('/runs/nobody/events')).toMatchObject({ status: 404 });
		expect(await old.get(`/runs/${run.id}/events`)).toMatchObject({
			status: 404,
			json: { detail: 'Not Found' },
		});
	});

	it('lets go of a listener that goes away', async () => {
		const client = await open({ runMs: 60_000 });
		const run = await client.start('Text to Image', { text_51536: 'x' });
		const { body } = await request(`${client.flowscale.baseUrl}/api/v1/runs/${run.id}/events`, {
			headers: { 'x-api-key': client.flowscale.apiKey ?? '' },
		});
		body.on('error', () => undefined);
		body.destroy();
		client.flowscale.finish(run.id);
		expect(brief(await follow(client, run.id))).toEqual([
			...wholeLife.slice(0, 2),
			'3 - output',
			'4 run_status completed',
		]);
	});
});
