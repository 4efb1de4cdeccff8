import { createRandom } from '../random';
import { along } from './colours';
import { coloursFor, seedOf } from './picture';

const corners = [
	[1, 0, 0],
	[-1, 0, 0],
	[0, 1, 0],
	[0, -1, 0],
	[0, 0, 1],
	[0, 0, -1],
];
const faces = [
	[0, 2, 4],
	[2, 1, 4],
	[1, 3, 4],
	[3, 0, 4],
	[2, 0, 5],
	[1, 2, 5],
	[3, 1, 5],
	[0, 3, 5],
];

const padded = (bytes: Buffer, filler: string) =>
	Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4, filler, 'latin1')]);

function chunk(type: string, bytes: Buffer): Buffer {
	const head = Buffer.alloc(8);
	head.writeUInt32LE(bytes.length, 0);
	head.write(type, 4, 'latin1');
	return Buffer.concat([head, bytes]);
}

/** A binary glTF 2.0 file: a crystal in a colour and shape of the prompt's. */
export function solid(prompt: string): Buffer {
	const random = createRandom(seedOf(prompt));
	const stretch = [0, 1, 2].map(() => 0.5 + random.fraction());
	const points = corners.map((corner) => corner.map((value, axis) => value * stretch[axis]));
	const indices = Buffer.from(Uint16Array.from(faces.flat()).buffer);
	const positions = Buffer.from(Float32Array.from(points.flat()).buffer);
	const colour = along(coloursFor(prompt), 0.4).map((value) => value / 255);
	const model = {
		asset: { version: '2.0', generator: 'Flowscale simulator' },
		scene: 0,
		scenes: [{ nodes: [0] }],
		nodes: [{ mesh: 0, name: prompt.slice(0, 80) }],
		meshes: [{ primitives: [{ attributes: { POSITION: 1 }, indices: 0, material: 0 }] }],
		materials: [{ pbrMetallicRoughness: { baseColorFactor: [...colour, 1] }, doubleSided: true }],
		buffers: [{ byteLength: indices.length + positions.length }],
		bufferViews: [
			{ buffer: 0, byteOffset: 0, byteLength: indices.length, target: 34963 },
			{ buffer: 0, byteOffset: indices.length, byteLength: positions.length, target: 34962 },
		],
		accessors: [
			{ bufferView: 0, componentType: 5123, count: faces.length * 3, type: 'SCALAR' },
			{
				bufferView: 1,
				componentType: 5126,
				count: 6,
				type: 'VEC3',
				min: stretch.map((value) => -value),
				max: stretch,
			},
		],
	};
	const chunks = [
		chunk('JSON', padded(Buffer.from(JSON.stringify(model)), ' ')),
		chunk('BIN\0', padded(Buffer.concat([indices, positions]), '\0')),
	];
	const body = Buffer.concat(chunks);
	const header = Buffer.from('glTF\x02\0\0\0\0\0\0\0', 'latin1');
	header.writeUInt32LE(12 + body.length, 8);
	return Buffer.concat([header, body]);
}
