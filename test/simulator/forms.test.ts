import FormData from 'form-data';
import { fillerBlocks } from '../../simulator/media/filler';
import { createHash, memoryUsage, Readable, request, sleep } from '../../simulator/platform';
import { useFlowscale } from '../harness/useFlowscale';
import { until } from '../harness/until';

const open = useFlowscale();
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('a start', () => {
	it('takes several files under one name, in order, with their unicode names and types', async () => {
		const { flowscale, post, idOf } = await open();
		const form = new FormData();
		const [one, two] = [Buffer.from('first'), Buffer.from([0, 255, 13, 10, 45, 45])];
		form.append('image_30001', one, { filename: 'größe 猫.png', contentType: 'image/png' });
		form.append('image_30001', two, { filename: 'b.jpg', contentType: 'image/jpeg' });
		form.append('note_1', 'mit Umlaut: ä');

		expect(
			await post(`/runs?workflow_id=${idOf('Describe Image')}&group_id=g`, form),
		).toMatchObject({
			status: 200,
		});
		expect(flowscale.runs[0].files).toEqual([
			{
				parameter: 'image_30001',
				name: 'größe 猫.png',
				type: 'image/png',
				size: 5,
				sha256: sha256(one),
				head: one,
			},
			{
				parameter: 'image_30001',
				name: 'b.jpg',
				type: 'image/jpeg',
				size: 6,
				sha256: sha256(two),
				head: two,
			},
		]);
		expect(flowscale.runs[0].inputs).toEqual({ note_1: 'mit Umlaut: ä' });
		expect(flowscale.journal[0].parts?.map(({ name, value }) => [name, value])).toEqual([
			['image_30001', 'größe 猫.png'],
			['image_30001', 'b.jpg'],
			['note_1', 'mit Umlaut: ä'],
		]);
	});

	it('reads a 256 MiB upload without holding it', async () => {
		const { flowscale, post, idOf } = await open();
		const size = 256 * 1024 * 1024;
		const hash = createHash('sha256');
		for (const block of fillerBlocks(size)) hash.update(block);
		const form = new FormData();
		form.append('image_22068', Readable.from(fillerBlocks(size)), {
			filename: 'big.png',
			contentType: 'image/png',
			knownLength: size,
		});

		const before = memoryUsage().arrayBuffers;
		let peak = 0;
		const upload = post(`/runs?workflow_id=${idOf('Image to Video')}`, form);
		while (flowscale.runs.length === 0) {
			peak = Math.max(peak, memoryUsage().arrayBuffers - before);
			await sleep(5);
		}
		expect(await upload).toMatchObject({ status: 200 });

		const [file] = flowscale.runs[0].files;
		expect([file.size, file.sha256, file.head.length]).toEqual([
			size,
			hash.digest('hex'),
			8 * 1024 * 1024,
		]);
		// What is held, and 60 MB or more that nobody has collected yet: Node begins when there is that
		// much.
		expect(peak).toBeLessThan(size / 2);
	});

	it('that breaks off in the middle of its form starts nothing', async () => {
		const { flowscale, idOf } = await open();
		const upload = request(
			`${flowscale.baseUrl}/api/v1/runs?workflow_id=${idOf('Describe Image')}`,
			{
				method: 'POST',
				headers: {
					'x-api-key': flowscale.apiKey ?? '',
					'content-type': 'multipart/form-data; boundary=xx',
					'content-length': 5000,
				},
			},
		);
		upload.on('error', () => undefined);
		upload.write(
			'--xx\r\nContent-Disposition: form-data; name="image_30001"; filename="a.png"\r\n\r\nhalf',
		);
		await until(() => flowscale.journal.length === 1);
		upload.destroy();
		await sleep(20);
		expect(flowscale.runs).toEqual([]);
		expect(flowscale.journal[0].status).toBeNull();
	});

	it.each([
		['a URL', 'https://example.com/cat.png'],
		['a data URI', 'data:image/png;base64,AAAA'],
	])('takes %s in place of an image', async (_, image) => {
		const { start } = await open();
		expect((await start('Image to Video', { image_22068: image })).inputs).toEqual({
			image_22068: image,
		});
	});
});
