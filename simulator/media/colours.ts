// see noise.ts for why these are looked up once
const { floor, max, min } = Math;

/** Red, green, blue, each 0 to 255. */
export type Colour = readonly [number, number, number];

const hex = (text: string): Colour[] =>
	text
		.split(' ')
		.map(
			(code) => [0, 2, 4].map((at) => parseInt(code.slice(at, at + 2), 16)) as unknown as Colour,
		);

/** Five colours each, from the brightest to the darkest. */
const palettes: Array<{ words: RegExp; colours: Colour[] }> = [
	{
		words: /sunset|sunrise|fire|autumn|desert|warm|lava/i,
		colours: hex('ffe8b8 ffb35c f26a5a 9b3b6e 2e1a47'),
	},
	{
		words: /sea|ocean|water|wave|river|ice|snow|lake/i,
		colours: hex('e8f8ff 8fd8ea 3a9fc4 1f5f9a 0e2348'),
	},
	{
		words: /forest|tree|garden|green|jungle|grass|leaf|spring/i,
		colours: hex('f4f7c8 b5d56a 5fa45a 2a6b58 0f2f38'),
	},
	{
		words: /night|space|galaxy|star|moon|cyber|neon|city/i,
		colours: hex('ffc6f2 b76df0 5a4fcf 2a2a80 0b0b2e'),
	},
	{ words: /rose|flower|love|pink|cat|candy/i, colours: hex('fff0ea ffc2c9 f07a9f b0427f 4a1c52') },
	{
		words: /robot|metal|machine|steel|stone|portrait/i,
		colours: hex('f3f1ea c9c3b4 8c9a9c 4b6370 1c2a38'),
	},
	{ words: /gold|bee|honey|sun|corn|lion/i, colours: hex('fff7cf ffd65a e59a2b 9a5a2a 3a2320') },
	{
		words: /mint|glass|crystal|bottle|aurora/i,
		colours: hex('effff6 9af0cf 45c4b0 3a7ca5 2b2d6b'),
	},
];

/** Colours that suit the words, or else any. */
export const paletteFor = (text: string, chance: number): Colour[] =>
	(palettes.find(({ words }) => words.test(text)) ?? palettes[Math.floor(chance * palettes.length)])
		.colours;

export const mix = (one: Colour, other: Colour, share: number): Colour => [
	one[0] + (other[0] - one[0]) * share,
	one[1] + (other[1] - one[1]) * share,
	one[2] + (other[2] - one[2]) * share,
];

/** The colour at `place` (0 to 1) of a smooth way through all colours. */
export function along(colours: readonly Colour[], place: number): Colour {
	const step = min(0.9999, max(0, place)) * (colours.length - 1);
	const from = floor(step);
	return mix(colours[from], colours[from + 1], step - from);
}
