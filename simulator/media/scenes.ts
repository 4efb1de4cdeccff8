import type { Random } from '../random';
import { along, mix, type Colour } from './colours';
import { cloudNoise } from './noise';

/** The colour at a place; both coordinates run from 0 (left, top) to 1. */
export type Scene = (x: number, y: number) => Colour;

// see noise.ts for why these are looked up once
const { cos, exp, max, min, sin, sqrt } = Math;

const white: Colour = [255, 255, 255];

// Math.hypot guards against overflow and is ten times slower for it; a picture asks two million
// times
const distanceBetween = (x: number, y: number) => sqrt(x * x + y * y);

// a column of pixels shares its ridges
function remembered<T>(make: (x: number) => T): (x: number) => T {
	const made = new Map<number, T>();
	return (x) => {
		const known = made.get(x) ?? make(x);
		made.set(x, known);
		return known;
	};
}

/** Ridges in the haze below a low sun. */
export function landscape(random: Random, colours: Colour[]): Scene {
	const noise = cloudNoise(random, 5);
	const sun = {
		x: 0.2 + 0.6 * random.fraction(),
		y: 0.2 + 0.2 * random.fraction(),
		radius: 0.07 + 0.05 * random.fraction(),
	};
	const ridges = [0.42, 0.54, 0.66, 0.8].map((height, index) => ({
		height,
		colour: along(colours, 0.35 + index * 0.21),
		row: index * 9,
	}));
	const topsAt = remembered((x) =>
		ridges.map(({ height, row }, index) => height - 0.26 * (noise(x * (2.2 + index), row) - 0.35)),
	);
	return (x, y) => {
		const tops = topsAt(x);
		for (let index = ridges.length - 1; index >= 0; index--) {
			const { colour } = ridges[index];
			const top = tops[index];
			if (y > top)
				return mix(colour, colours[0], max(0, 0.28 - (y - top) * 1.6) * (1 - index * 0.2));
		}
		const distance = distanceBetween(x - sun.x, y - sun.y);
		const sky = along(colours.slice(0, 4), 0.62 - y * 0.95);
		const cloud = max(0, noise(x * 2.5, y * 9 + 40) - 0.55) * 1.6;
		const glow = exp(-distance * 5) * 0.75;
		const disc = min(1, max(0, (sun.radius - distance) * 90));
		return mix(mix(mix(sky, white, cloud), colours[0], glow), white, disc * 0.9);
	};
}

/** Paint that was stirred. */
export function marble(random: Random, colours: Colour[]): Scene {
	const noise = cloudNoise(random, 3);
	const [turn, scale] = [random.fraction() * 6.28, 2 + random.fraction() * 1.5];
	return (x, y) => {
		const u = noise(x * scale, y * scale);
		const v = noise(x * scale + 31, y * scale + 7);
		const flow = noise(x * scale + 3.5 * u, y * scale + 3.5 * v);
		const band = 0.5 + 0.5 * sin((flow * 5 + x * cos(turn) + y * sin(turn)) * 3.2);
		return mix(along(colours, band * 0.75 + u * 0.25), white, max(0, flow - 0.62) * 1.4);
	};
}

/** Lights out of focus. */
export function lights(random: Random, colours: Colour[]): Scene {
	const noise = cloudNoise(random, 3);
	const discs = Array.from({ length: 26 }, () => ({
		x: random.fraction() * 1.2 - 0.1,
		y: random.fraction() * 1.2 - 0.1,
		radius: 0.03 + 0.13 * random.fraction() ** 2,
		colour: along(colours, random.fraction() * 0.55),
		strength: 0.25 + 0.5 * random.fraction(),
	}));
	return (x, y) => {
		let colour = along(colours, 0.95 - 0.4 * noise(x * 2, y * 2) - 0.25 * y);
		for (const disc of discs) {
			const edge = distanceBetween(x - disc.x, y - disc.y) / disc.radius;
			if (edge < 1.04) {
				const soft = min(1, (1.04 - edge) * 14);
				colour = mix(colour, disc.colour, soft * disc.strength * (0.55 + 0.45 * edge ** 4));
			}
		}
		return colour;
	};
}
