import FormData from 'form-data';
import { formOf, useFlowscale } from '../harness/useFlowscale';

const open = useFlowscale();

describe('a start', () => {
	const required = (name: string) => ({
		loc: ['body', name],
		msg: 'Field required',
		type: 'missing',
	});
	const wrong = (name: string, type: string) => ({
		loc: ['body', name],
		msg: `Invalid value for ${type}`,
		type: 'value_error',
	});
	it.each<[string, string, Record<string, string>, unknown]>([
		['a missing input', 'Text to Image', {}, [required('text_51536')]],
		[
			'files under indexed names that do not begin with 0',
			'Describe Image',
			{ image_30001_1: 'https://example.com/a.png' },
			[required('image_30001')],
		],
		[
			'a word where a number belongs',
			'Text to Image',
			{ text_51536: 'x', seed_51537: 'seven' },
			[wrong('seed_51537', 'int')],
		],
		[
			'a fraction where a whole number belongs',
			'Text to Image',
			{ text_51536: 'x', seed_51537: '1.5' },
			[wrong('seed_51537', 'int')],
		],
		[
			'plain text where an image belongs',
			'Image to Video',
			{ image_22068: 'cat.png' },
			[wrong('image_22068', 'image')],
		],
	])('with %s is refused with 422', async (_, workflow, fields, detail) => {
		const { post, idOf, flowscale } = await open();
		expect(await post(`/runs?workflow_id=${idOf(workflow)}`, formOf(fields))).toMatchObject({
			status: 422,
			json: { detail },
		});
		expect(flowscale.runs).toEqual([]);
	});

	it('refuses a file for a text input', async () => {
		const { post, idOf } = await open();
		const form = new FormData();
		form.append('text_51536', Buffer.from('x'), { filename: 'x.txt' });
		expect(await post(`/runs?workflow_id=${idOf('Text to Image')}`, form)).toMatchObject({
			status: 422,
		});
	});

	it('without workflow_id is refused with 422', async () => {
		const { post } = await open();
		expect(await post('/runs', formOf({ text_51536: 'x' }))).toMatchObject({
			status: 422,
			json: { detail: [{ loc: ['query', 'workflow_id'], msg: 'Field required', type: 'missing' }] },
		});
	});

	it('of an unknown workflow is refused with 404', async () => {
		const { post } = await open();
		expect(await post('/runs?workflow_id=nope', formOf({ a: 'b' }))).toMatchObject({
			status: 404,
			json: { status: 'error', data: null, errors: 'Workflow not found' },
		});
	});

	it('whose body is no form is refused with 422', async () => {
		const { post, idOf, flowscale } = await open();
		const headers = { 'x-api-key': flowscale.apiKey ?? '', 'content-type': 'application/json' };
		expect(
			await post(`/runs?workflow_id=${idOf('Text to Image')}`, '{"text_51536":"x"}', headers),
		).toMatchObject({ status: 422 });
	});

	it('whose form is broken is refused with 400', async () => {
		const { post, idOf, flowscale } = await open();
		const headers = {
			'x-api-key': flowscale.apiKey ?? '',
			'content-type': 'multipart/form-data; boundary=xx',
		};
		expect(
			await post(`/runs?workflow_id=${idOf('Text to Image')}`, 'no form at all', headers),
		).toMatchObject({ status: 400 });
	});
});
