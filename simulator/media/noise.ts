import type { Random } from '../random';

/** Smooth chance: nearby places have nearby values, 0 to 1. */
export type Noise = (x: number, y: number) => number;

// looked up once: in the sandbox of a test runner every look-up of a global costs as much as the
// noise itself
const { floor } = Math;

const size = 64;
const soft = (part: number) => part * part * (3 - 2 * part);

function valueNoise(random: Random): Noise {
	const lattice = Float32Array.from({ length: size * size }, random.fraction);
	const at = (x: number, y: number) => lattice[(y & (size - 1)) * size + (x & (size - 1))];
	return (x, y) => {
		const left = floor(x);
		const top = floor(y);
		const across = soft(x - left);
		const down = soft(y - top);
		const upper = at(left, top) * (1 - across) + at(left + 1, top) * across;
		const lower = at(left, top + 1) * (1 - across) + at(left + 1, top + 1) * across;
		return upper * (1 - down) + lower * down;
	};
}

/** Several layers of noise, each finer and fainter than the one before. */
export function cloudNoise(random: Random, layers = 4): Noise {
	const noise = valueNoise(random);
	const whole = 2 - 2 ** (1 - layers);
	return (x, y) => {
		let sum = 0;
		for (let layer = 0, fine = 1; layer < layers; layer++, fine *= 2) {
			sum += noise(x * fine + layer * 17, y * fine) / fine;
		}
		return sum / whole;
	};
}
