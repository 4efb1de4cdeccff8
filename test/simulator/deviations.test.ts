import { deviations } from '../../simulator/flowscale/deviations';
import { defaultDialect, openapiDialect, type Dialect } from '../../simulator/flowscale/dialect';
import { variants } from './dialectVariants';
import { formOf, useFlowscale } from '../harness/useFlowscale';

const open = useFlowscale();

describe('the deviations', () => {
	it('that the OpenAPI dialect needs are the errors it leaves undescribed, and no other', () => {
		expect(
			deviations.filter(({ when }) => when(openapiDialect)).flatMap(({ schemas }) => schemas),
		).toEqual(['ErrorBody']);
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
	for (const timestamps of [
		'seconds',
		'millis',
		'micros',
		'offset',
		'noZone',
		'epochSeconds',
		'epochMillis',
	] as const) {
		const { flowscale, get } = await open({ dialect: { timestamps } });
		const [{ id }] = flowscale.addRuns(1, { createdAt: at });
		written[timestamps] = (
			(await get(`/runs/${id}`)).json as { data: { created_at: unknown } }
		).data.created_at;
	}
	expect(written).toEqual({
		seconds: '2024-01-15T10:30:00Z',
		millis: '2024-01-15T10:30:00.250Z',
		micros: '2024-01-15T10:30:00.250000+00:00',
		offset: '2024-01-15T10:30:00+00:00',
		noZone: '2024-01-15T10:30:00.250000',
		epochSeconds: at / 1000 - 0.25,
		epochMillis: at,
	});
});

describe('a start in the words of', () => {
	it.each([
		[
			'object',
			(id: string, workflow: string) => ({
				status: 'success',
				data: { run_id: id, workflow_id: workflow },
			}),
		],
		[
			'array',
			(id: string, workflow: string) => ({
				status: 'success',
				data: [{ run_id: id, workflow_id: workflow }],
				errors: null,
				meta: null,
			}),
		],
		[
			'oldObject',
			(id: string, _: string, name: string) => ({
				status: 'success',
				data: { number: 0, run_id: id, output_names: [name], node_errors: {} },
			}),
		],
		[
			'oldArray',
			(id: string, _: string, name: string) => ({
				status: 'success',
				data: [{ run_id: id, output_names: [name], node_errors: {} }],
			}),
		],
		['oldest', (_: string, __: string, name: string) => ({ status: 'success', filename: name })],
	] as const)('%s', async (word, expected) => {
		const { post, idOf, flowscale } = await open({ dialect: { start: word } });
		const { json } = await post(
			`/runs?workflow_id=${idOf('Failing')}`,
			formOf({ text_51536: 'x' }),
		);
		const [{ id, workflowId, outputs }] = flowscale.runs;
		expect(json).toEqual(expected(id, workflowId, outputs[0].name));
	});
});
