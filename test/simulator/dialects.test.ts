import Ajv, { type ValidateFunction } from 'ajv';
import { defaultDialect, openapiDialect, type Dialect } from '../../simulator/flowscale/dialect';
import type { Route } from '../../simulator/flowscale/endpoints';
import { schemaOf } from '../../simulator/flowscale/schemaOf';
import { variants } from './dialectVariants';
import { formOf, useFlowscale, type Client, type Reply } from '../harness/useFlowscale';

const open = useFlowscale();
const ajv = new Ajv({ allErrors: true, strict: true });

/** Every kind of answer that a deployment gives, each with the endpoint it came from. */
async function allAnswers({
	get,
	post,
	start,
	run,
	idOf,
	flowscale,
}: Client): Promise<Array<[Route, Reply]>> {
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
		[
			'startRun',
			await post(`/runs?workflow_id=${idOf('Failing')}&group_id=g`, formOf({ text_51536: 'x' })),
		],
		[
			'startRun',
			await post(`/runs?workflow_id=${idOf('Text to Image')}`, formOf({ no: 'prompt' })),
		],
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
	const validators = new Map<string, ValidateFunction>();
	return answers.flatMap(([route, { status, text, json, headers }]) => {
		if (text === '')
			return [204, 200].includes(status) && route === 'getOutput'
				? []
				: [`${route} ${status} is empty`];
		if (String(headers['content-type']).startsWith('text/html'))
			return dialect.errors === 'html' && status >= 400 ? [] : [`${route} is HTML`];
		const schema = schemaOf(route, status, dialect);
		if (!schema) return [`${route} ${status} has no schema`];
		const validate = validators.get(`${route} ${status}`) ?? ajv.compile(schema);
		validators.set(`${route} ${status}`, validate);
		return validate(json) ? [] : [`${route} ${status} ${ajv.errorsText(validate.errors)}: ${text}`];
	});
}

describe('every answer fits its schema', () => {
	it.each(variants)('in the dialect of %s', async (_, dialect) => {
		const client = await open({ runMs: 1, containers: 3, dialect });
		const answers = await allAnswers(client);
		expect(misfits(answers, { ...defaultDialect, ...dialect })).toEqual([]);
	});

	it('and none fits the vendor’s schemas where a deviation is at work', async () => {
		const client = await open({ runMs: 1, containers: 3, dialect: { start: 'object' } });
		const found = misfits(await allAnswers(client), openapiDialect).map((line) =>
			line.split(' ').slice(0, 2).join(' '),
		);
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
