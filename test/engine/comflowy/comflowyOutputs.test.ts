import type { IDataObject } from 'n8n-workflow';
import { picture } from '../../../simulator/media/picture';
import { promptOf, useComflowy } from '../../harness/comflowyHarness';
import type { Comflowy } from '../../../simulator/comflowy/startComflowy';
import { bytesOf, two } from '../../harness/assertions';
import { useFastTime } from '../../harness/fastTime';

const harness = useComflowy();
const one = two.slice(0, 1);
const prompt = String(one[0].json.prompt);

test.each(['403', '404'])(
	'two outputs of one name whose first links answer %s become two files',
	async (status) => {
		const { node, items, service } = await harness({ links: 'signed' });
		service.fault({ on: 'download', kind: 'status', status: Number(status), times: 2 });
		const [{ json, binary }] = await items(
			node('workflow.executeAndWait', promptOf('folders')),
			one,
		);
		const outputs = json.outputs as IDataObject[];
		expect(outputs.map(({ filename, node_id: id }) => [filename, id])).toEqual([
			['out.png', '9'],
			['out.png', '12'],
		]);
		expect(await Promise.all([bytesOf(binary?.data), bytesOf(binary?.data_1)])).toEqual([
			picture(`${prompt} x/out.png`),
			picture(`${prompt} y/out.png`),
		]);
		expect(service.runs).toHaveLength(1);
	},
);

test('images that are listed a moment after the run’s success are waited for', async () => {
	const { node, items, service } = await harness({ outputDelayMs: 600 });
	const done = await items(node('workflow.executeAndWait', promptOf('batch')));
	expect(done.map(({ binary }) => Object.keys(binary ?? {}))).toEqual([
		['data', 'data_1', 'data_2'],
		['data', 'data_1', 'data_2'],
	]);
	expect(done.map(({ json }) => (json.inputs as IDataObject)['6::text'])).toEqual(
		two.map(({ json }) => json.prompt),
	);
	expect(service.runs).toHaveLength(2);
});

test('an image that is listed under two signatures comes once', async () => {
	const { node, items } = await harness({ links: 'signed' });
	const [{ json, binary }] = await items(node('workflow.executeAndWait', promptOf('batch')), one);
	expect((json.outputs as IDataObject[]).map(({ node_id: id }) => id)).toEqual(['9', '9', '12']);
	expect(Object.keys(binary ?? {})).toEqual(['data', 'data_1', 'data_2']);
});

test('the file of a /view link has the name of its query and the kind of its name', async () => {
	const { node, items } = await harness({
		links: 'view',
		contentType: 'application/octet-stream',
		workflows: [
			{
				id: '3fef208b-7d25-4d9a-8ec9-c79eb2153234',
				name: 'Film',
				params: ['6::text'],
				images: { 9: ['Anim_00001.mp4'] },
			},
		],
	});
	const [{ json, binary }] = await items(node('workflow.executeAndWait', promptOf()), one);
	expect(json.outputs).toMatchObject([{ filename: 'Anim_00001.mp4', mime_type: 'video/mp4' }]);
	expect(binary?.data).toMatchObject({ fileName: 'Anim_00001.mp4', mimeType: 'video/mp4' });
});

test.each([
	['video/mp4', 'mp4'],
	['image/jpeg', 'jpg'],
	['image/webp', 'webp'],
])('a file without a name is of the kind that its host says: %s', async (contentType, ending) => {
	const { node, items } = await harness({
		contentType,
		workflows: [
			{
				id: '3fef208b-7d25-4d9a-8ec9-c79eb2153234',
				name: 'Nameless',
				params: ['6::text'],
				images: { 9: ['9f8e7d'] },
			},
		],
	});
	const [{ json, binary }] = await items(node('workflow.executeAndWait', promptOf()), one);
	expect(json.outputs).toMatchObject([{ mime_type: contentType }]);
	expect(binary?.data).toMatchObject({ fileName: `node_9_1.${ending}`, mimeType: contentType });
});

describe('with time that passes faster', () => {
	useFastTime(20);

	const inPlace = (status: number, type: string, body: string) => ({
		...{ kind: 'status' as const, status, body, headers: { 'content-type': type } },
	});
	test.each<[string, Omit<Parameters<Comflowy['fault']>[0], 'on'>]>([
		['nothing yet (404, some seconds long)', { kind: 'status', status: 404, times: 4 }],
		['JSON', inPlace(200, 'application/json', '{"statusCode":413}')],
		['XML', inPlace(200, 'application/xml', '<Error><Code>SlowDown</Code></Error>')],
		['a text', inPlace(200, 'text/plain', 'warming up')],
		['202', inPlace(202, 'application/json', '{"status":"processing"}')],
		['a page', inPlace(200, 'text/html', '<html>please wait</html>')],
		['a page called a picture', inPlace(200, 'image/png', '<html>please wait</html>')],
		['0 bytes', { kind: 'empty200' }],
		['204', { kind: 'noContent' }],
		['half of the file', { kind: 'resetMidBody' }],
		['a wrong content length', { kind: 'wrongLength' }],
		['a part of the file (206)', inPlace(206, 'image/png', 'PNG')],
		['HTTP 524', { kind: 'status', status: 524 }],
	])('%s in place of an image is asked for again', async (_, fault) => {
		const { node, items, service } = await harness({ links: 'signed' });
		service.fault({ on: 'download', ...fault });
		const [{ json, binary }] = await items(node('workflow.executeAndWait', promptOf()), one);
		expect(await bytesOf(binary?.data)).toEqual(
			picture(`${prompt} ${String((json.outputs as IDataObject[])[0].filename)}`),
		);
		expect(service.runs).toHaveLength(1);
	});

	test('one image of three that is gone is named, and the others are there', async () => {
		const { node, items, service } = await harness();
		let gone: string | undefined;
		service.fault({
			...{ on: 'download', kind: 'status', status: 404, times: 99 },
			match: ({ path }) => (gone ??= path) === path,
		});
		const [{ json, binary }] = await items(node('workflow.executeAndWait', promptOf('batch')), one);
		const outputs = json.outputs as IDataObject[];
		expect(outputs.map(({ generation_status: state }) => state)).toContain('missing');
		expect(Object.keys(binary ?? {})).toEqual(['data', 'data_1']);
	});
});
