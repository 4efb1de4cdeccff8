import fc from 'fast-check';
import { argv, exit, stdout } from '../../simulator/platform';
import { simulate, type Story } from './simulate';
import { world } from './world';

/**
 * Counts kinds of complaints over all worlds instead of stopping at the first: for whoever hunts
 * several at once.
 */
async function survey(worlds: number, seed: number): Promise<void> {
	const kinds = new Map<string, { count: number; first: string }>();
	for (const one of fc.sample(world, { numRuns: worlds, seed })) {
		const { complaints } = await simulate(one);
		for (const complaint of complaints) {
			const kind = complaint
				.replace(/run-\d+/g, 'run')
				.replace(/exec\d/g, 'exec')
				.replace(/\d+/g, 'n')
				.slice(0, 90);
			const known = kinds.get(kind) ?? { count: 0, first: JSON.stringify(one) };
			kinds.set(kind, { ...known, count: known.count + 1 });
		}
	}
	for (const [kind, { count, first }] of [...kinds].sort((a, b) => b[1].count - a[1].count))
		stdout.write(`${count} × ${kind}\n    ${first}\n`);
}

/** `npm run test:simulate -- [worlds] [seed]`: exits 1 with the smallest story that it finds. */
async function main(): Promise<void> {
	const worlds = Number(argv[0] ?? 10_000);
	const seed = Number(argv[1] ?? Date.now() % 2 ** 31);
	const path = argv[2];
	if (path === 'survey') return await survey(worlds, seed);
	const begunMs = performance.now();
	let executions = 0;
	let last: Story | undefined;
	const property = fc.asyncProperty(world, async (one) => {
		const story = await simulate(one);
		executions += story.executions;
		if (story.complaints.length > 0) last = story;
		return story.complaints.length === 0;
	});
	const result = await fc.check(property, { numRuns: worlds, seed, path, endOnFailure: false });
	const seconds = (performance.now() - begunMs) / 1000;
	stdout.write(
		`${executions} executions in ${worlds} worlds, seed ${seed}, ${seconds.toFixed(1)} s\n`,
	);
	if (!result.failed) return;
	const smallest = result.counterexample?.[0];
	const story = smallest ? await simulate(smallest) : last;
	stdout.write(`\nThe smallest world:\n${JSON.stringify(smallest, undefined, 1)}\n`);
	stdout.write(`\n${story?.lines.join('\n')}\n\n${story?.complaints.join('\n')}\n`);
	stdout.write(`\nAgain: npm run test:simulate -- 1 ${seed} ${result.counterexamplePath}\n`);
	exit(1);
}

void main();
