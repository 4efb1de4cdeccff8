import fc from 'fast-check';
import { laws } from './properties';

/** The full size is `npm run test:fuzz`; this share is the same on every machine. */
const CASES = 3_000;

it.each(laws.map(({ name, share, property }) => [name, share, property] as const))(
	'%s',
	async (_, share, property) => {
		await fc.assert(property, { numRuns: Math.ceil((CASES * share) / 100), seed: 20_260_101 });
	},
);
