import { PNG } from 'pngjs';
import { fillerBlocks } from '../../simulator/media/filler';
import { film } from '../../simulator/media/film';
import { picture, sceneFor } from '../../simulator/media/picture';
import { retouch, uploadedScene } from '../../simulator/media/retouch';
import { solid } from '../../simulator/media/solid';
import { sound } from '../../simulator/media/sound';
import { createHash } from '../../simulator/platform';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('a picture', () => {
	it('can be read by others and has more than a few colours', () => {
		const { width, height, data } = PNG.sync.read(picture('a lighthouse at sunset'));
		const colours = new Set<number>();
		for (let at = 0; at < data.length; at += 4) colours.add(data.readUIntBE(at, 3));
		expect([width, height]).toEqual([256, 256]);
		expect(colours.size).toBeGreaterThan(1000);
	});

	it('is the same for the same words and seed, and another for others', () => {
		const made = [picture('cat'), picture('cat'), picture('dog'), picture('cat', 1)].map(sha256);
		expect(made[1]).toBe(made[0]);
		expect(new Set(made).size).toBe(3);
	});

	it('retouched keeps the upload’s light and dark', () => {
		const png = new PNG({ width: 2, height: 1 });
		png.data = Buffer.from([0, 0, 0, 255, 255, 255, 255, 255]);
		const result = PNG.sync.read(
			retouch(uploadedScene({ head: PNG.sync.write(png), sha256: '' }), 'x'),
		);
		const brightness = (column: number) =>
			result.data
				.subarray((128 * 256 + column) * 4)
				.subarray(0, 3)
				.reduce((sum, part) => sum + part);
		expect(brightness(20)).toBeLessThan(brightness(236));
	});

	it.each([
		['no picture at all', Buffer.from('plain text')],
		['a broken PNG', picture('x').subarray(0, 200)],
		[
			'a PNG of absurd size',
			Buffer.concat([
				picture('x').subarray(0, 16),
				Buffer.from('7fffffff7fffffff', 'hex'),
				picture('x').subarray(24),
			]),
		],
	])('retouched from %s is drawn from its digest', (_, head) => {
		const made = retouch(uploadedScene({ head, sha256: sha256(head) }), 'x');
		expect(PNG.sync.read(made).width).toBe(256);
		expect(sha256(made)).not.toBe(sha256(retouch(uploadedScene({ head, sha256: 'other' }), 'x')));
	});
});

it('a film is an MP4 with H.264 frames, another one for another scene', async () => {
	const [sea, city] = [await film(sceneFor('sea', 0)), await film(sceneFor('city', 0))];
	expect(sea.subarray(4, 8).toString()).toBe('ftyp');
	for (const box of ['moov', 'mdat', 'avc1', 'stts']) expect(sea.includes(box)).toBe(true);
	expect(sea.equals(city)).toBe(false);
	expect(sea.length).toBeLessThan(100_000);
});

it('a sound is a WAV whose header gives its true length', () => {
	const wav = sound('one two three');
	expect(wav.subarray(0, 4).toString()).toBe('RIFF');
	expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
	expect(wav.readUInt32LE(40)).toBe(wav.length - 44);
	expect(wav.length).toBe(44 + 3 * 3200 * 2);
});

it('a solid is a binary glTF whose buffers lie inside it', () => {
	const glb = solid('a crystal');
	const jsonLength = glb.readUInt32LE(12);
	const model = JSON.parse(glb.subarray(20, 20 + jsonLength).toString()) as {
		asset: { version: string };
		buffers: Array<{ byteLength: number }>;
	};
	expect([glb.subarray(0, 4).toString(), glb.readUInt32LE(4), glb.readUInt32LE(8)]).toEqual([
		'glTF',
		2,
		glb.length,
	]);
	expect(glb.subarray(24 + jsonLength, 27 + jsonLength).toString()).toBe('BIN');
	expect(glb.readUInt32LE(20 + jsonLength)).toBeGreaterThanOrEqual(model.buffers[0].byteLength);
	expect(model.asset.version).toBe('2.0');
});

it('filler has the size asked for, and no two blocks alike', () => {
	const blocks = [...fillerBlocks(200_000)];
	expect(blocks.map(({ length }) => length)).toEqual([65_536, 65_536, 65_536, 3392]);
	expect(new Set(blocks.map(sha256)).size).toBe(4);
	expect([...fillerBlocks(0)]).toEqual([]);
});
