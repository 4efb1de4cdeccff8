import { createRandom } from '../random';
import { seedOf } from './picture';

const rate = 16_000;
const scale = [220, 246.9, 277.2, 329.6, 370, 440, 493.9, 554.4];

/** A WAV file (16 bit, mono, 16 kHz): a short tune, one tone for each of the first words. */
export function sound(text: string): Buffer {
	const random = createRandom(seedOf(text));
	const tones = text
		.split(/\s+/)
		.slice(0, 12)
		.map(() => random.pick(scale));
	const toneLength = rate / 5;
	const samples = Buffer.alloc(tones.length * toneLength * 2);
	tones.forEach((pitch, index) => {
		for (let place = 0; place < toneLength; place++) {
			const fade = Math.min(1, place / 400) * Math.exp(-place / (rate / 9));
			const wave =
				Math.sin((2 * Math.PI * pitch * place) / rate) +
				0.3 * Math.sin((4 * Math.PI * pitch * place) / rate);
			samples.writeInt16LE(Math.round(wave * fade * 18_000), (index * toneLength + place) * 2);
		}
	});

	const header = Buffer.alloc(44);
	header.write('RIFF', 0);
	header.writeUInt32LE(36 + samples.length, 4);
	header.write('WAVEfmt ', 8);
	header.writeUInt32LE(16, 16);
	header.writeUInt16LE(1, 20); // PCM
	header.writeUInt16LE(1, 22); // channels
	header.writeUInt32LE(rate, 24);
	header.writeUInt32LE(rate * 2, 28);
	header.writeUInt16LE(2, 32); // bytes per sample
	header.writeUInt16LE(16, 34); // bits per sample
	header.write('data', 36);
	header.writeUInt32LE(samples.length, 40);
	return Buffer.concat([header, samples]);
}
