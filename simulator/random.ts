/** A repeatable source of chance: the same seed gives the same ids, latencies and faults. */
export interface Random {
	/** From 0 (inclusive) to 1 (exclusive). */
	fraction(): number;
	/** A whole number from `low` to `high`, both inclusive. */
	between(low: number, high: number): number;
	pick<T>(choices: readonly T[]): T;
	/** A version 4 UUID. */
	uuid(): string;
	/** Ten characters as in the service's output names (`5WWF7GQUYF`). */
	code(): string;
}

const codeLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export function createRandom(seed: number): Random {
	let state = seed >>> 0;

	// mulberry32: short, fast and good enough to look random
	const fraction = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
	const between = (low: number, high: number) => low + Math.floor(fraction() * (high - low + 1));
	const pick = <T>(choices: readonly T[]) => choices[between(0, choices.length - 1)];

	return {
		fraction,
		between,
		pick,
		uuid: () =>
			'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (mark) =>
				(mark === 'x' ? between(0, 15) : between(8, 11)).toString(16),
			),
		code: () => Array.from({ length: 10 }, () => pick([...codeLetters])).join(''),
	};
}
