import Ajv from 'ajv';
import { deviations } from '../../simulator/flowscale/deviations';
import { defaultDialect, dialectChoices, openapiDialect, type Dialect } from '../../simulator/flowscale/dialect';
import type { Route } from '../../simulator/flowscale/endpoints';
import { schemaOf } from '../../simulator/flowscale/schemaOf';
import { formOf, useFlowscale, type Client, type Reply } from './useFlowscale';

const open = useFlowscale();
const ajv = new Ajv({ allErrors: true, strict: true });

/** Every kind of answer that a deployment gives, each with the endpoint it came from. */
async function allAnswers({ get, post, start, run, idOf, flowscale }: Client): Promise<Array<[Route, Reply]>> {
	const running = await start('Slow', { duration_10002: '60000' }, 'g');
	const failed = await run('Failing', {}, 'g');
	const done = await run('Everything', { text_51536: 'a cat', seed_51537: '7' }, 'g');
	const late = await start('Slow', { duration_10002: '60000' }, 'g');
	flowscale.finish(late.id, 'timeout');
	const output = (name: string) => get(`/runs/output?filename=${name}`);
	return [
		['health', await get('/comfy/health')],
		['queue', await get('/comfy/queue')],
		['workflows', await get('/comfy/workflows')],
		['startRun', await post(`/runs?workflow_id=${idOf('Failing')}&group_id=g`, formOf({ text_51536: 'x' }))],
		['startRun', await post(`/runs?workflow_id=${idOf('Text to Image')}`, formOf({ no: 'prompt' }))],
		['startRun', await post('/runs?workflow_id=nope', formOf({ no: 'prompt' }))],
		['startRun', await post('/runs', formOf({ no: 'prompt' }))],
		['getRun', await get(`/runs/${running.id}`)],
		['getRun', await get(`/runs/${failed.id}`)],
		['getRun', await get(`/runs/${done.id}`)],
		['getRun', await get(`/runs/${late.id}`)],
		['getRun', await get('/runs/nobody')],
		['listRuns', await get('/runs?group_id=g')],
		['listRuns', await get('/runs')],
		['getOutput', await output(running.outputs[0].name)],
		['getOutput', await output(failed.outputs[0].name)],
		['getOutput', await output(done.outputs[0].name)],
		['getOutput', await output(done.outputs[1].name)],
		['getOutput', await output(late.outputs[0].name)],
		['getOutput', await get('/runs/output')],
		['cancelRun', await post(`/runs/${running.id}/cancel`)],
		['cancelRun', await post(`/runs/${done.id}/cancel`)],
		['cancelRun', await post('/runs/nobody/cancel')],
		['health', await get('/comfy/health', { 'x-api-key': 'wrong' })],
		['health', await get('/comfy/health', {})],
	];
}

/** What is wrong with the answers; empty when each fits its schema. */
function misfits(answers: Array<[Route, Reply]>, dialect: Dialect): string[] {
	return answers.flatMap(([route, { status, text, json, headers }]) => {
		if (text === '') return [204, 200].includes(status) && route === 'getOutput' ? [] : [`${route} ${status} is empty`];
		if (String(headers['content-type']).startsWith('text/html')) return dialect.errors === 'html' && status >= 400 ? [] : [`${route} is HTML`];
		const schema = schemaOf(route, status, dialect);
		if (!schema) return [`${route} ${status} has no schema`];
		const validate = ajv.compile(schema);
		return validate(json) ? [] : [`${route} ${status} ${ajv.errorsText(validate.errors)}: ${text}`];
	});
}

/** Each way of each switch on its own, and the combinations in which switches meet. */
const variants: Array<[string, Partial<Dialect>]> = [
	['the newest SDK readmes', {}],
	['the vendor’s OpenAPI', openapiDialect],
	...Object.entries(dialectChoices).flatMap(([name, ways]) =>
		ways.slice(1).map((way): [string, Partial<Dialect>] => [`${name}=${way}`, { [name]: way }]),
	),
	['grouped sparse lists', { list: 'grouped', listEntries: 'sparse' }],
	['sparse pages with run_id', { runIds: 'run_id', listEntries: 'sparse' }],
	['sparse pages without names and failures', { outputNames: 'missing', failureText: 'none', listEntries: 'sparse' }],
	['other words', { runTimeout: 'status', words: { timeout: 'timed_out', completed: 'SUCCESS', queued: 'pending' } }],
	['a gateway before it all', { errors: 'html', notReady: 404 }],
];

describe('every answer fits its schema', () => {
	it.each(variants)('in the dialect of %s', async (_, dialect) => {
		const client = await open({ runMs: 1, containers: 3, dialect });
		const answers = await allAnswers(client);
		expect(misfits(answers, { ...defaultDialect, ...dialect })).toEqual([]);
	});

	it('and none fits the vendor’s schemas where a deviation is at work', async () => {
		const client = await open({ runMs: 1, containers: 3, dialect: { start: 'object' } });
		const found = misfits(await allAnswers(client), openapiDialect).map((line) => line.split(' ').slice(0, 2).join(' '));
		expect([...new Set(found)].sort()).toEqual([
			'cancelRun 200',
			'getOutput 200',
			'getRun 200',
			'health 200',
			'listRuns 200',
			'queue 200',
			'startRun 200',
			'workflows 200',
		]);
	});
});

describe('the deviations', () => {
	it('that the OpenAPI dialect needs are the errors it leaves undescribed, and no other', () => {
		expect(deviations.filter(({ when }) => when(openapiDialect)).flatMap(({ schemas }) => schemas)).toEqual(['ErrorBody']);
	});

	it('each hold in some dialect, have a reason and a source with its certainty', () => {
		const dialects = variants.map(([, dialect]): Dialect => ({ ...defaultDialect, ...dialect }));
		for (const { when, reason, source } of deviations) {
			expect(dialects.some(when)).toBe(true);
			expect(reason).not.toBe('');
			expect(source).toMatch(/\b[DVCI]\b/);
		}
	});
});

it('times are written in the way of the dialect', async () => {
	const at = Date.UTC(2024, 0, 15, 10, 30, 0, 250);
	const written: Record<string, unknown> = {};
	for (const timestamps of ['seconds', 'millis', 'micros', 'offset', 'noZone'] as const) {
		const { flowscale, get } = await open({ dialect: { timestamps } });
		const [{ id }] = flowscale.addRuns(1, { createdAt: at });
		written[timestamps] = ((await get(`/runs/${id}`)).json as { data: { created_at: string } }).data.created_at;
	}
	expect(written).toEqual({
		seconds: '2024-01-15T10:30:00Z',
		millis: '2024-01-15T10:30:00.250Z',
		micros: '2024-01-15T10:30:00.250000+00:00',
		offset: '2024-01-15T10:30:00+00:00',
		noZone: '2024-01-15T10:30:00.250000',
	});
});

describe('a start in the words of', () => {
	it.each([
		['object', (id: string, workflow: string) => ({ status: 'success', data: { run_id: id, workflow_id: workflow } })],
		['array', (id: string, workflow: string) => ({ status: 'success', data: [{ run_id: id, workflow_id: workflow }], errors: null, meta: null })],
		['oldObject', (id: string, _: string, name: string) => ({ status: 'success', data: { number: 0, run_id: id, output_names: [name], node_errors: {} } })],
		['oldArray', (id: string, _: string, name: string) => ({ status: 'success', data: [{ run_id: id, output_names: [name], node_errors: {} }] })],
		['oldest', (_: string, __: string, name: string) => ({ status: 'success', filename: name })],
	] as const)('%s', async (word, expected) => {
		const { post, idOf, flowscale } = await open({ dialect: { start: word } });
		const { json } = await post(`/runs?workflow_id=${idOf('Failing')}`, formOf({ text_51536: 'x' }));
		const [{ id, workflowId, outputs }] = flowscale.runs;
		expect(json).toEqual(expected(id, workflowId, outputs[0].name));
	});
});
