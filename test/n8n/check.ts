import { stdout } from './platform';

/**
 * One promise of the package, kept or broken: the name is a sentence, the body fails or returns.
 */
export interface Check {
	name: string;
	run(): Promise<void>;
}

export interface Tally {
	passed: number;
	failed: number;
}

const say = (text: string) => stdout.write(`${text}\n`);

/**
 * Runs checks one after the other and prints a line for each; `where` is on every line, since
 * groups may run side by side. Gives the names of those that failed.
 */
export const runChecks = async (
	where: string,
	checks: Check[],
	tally: Tally,
): Promise<string[]> => {
	const failures: string[] = [];
	for (const { name, run } of checks) {
		const from = Date.now();
		const seconds = () => `${((Date.now() - from) / 1000).toFixed(1)} s`;
		try {
			await run();
			tally.passed += 1;
			say(`ok    ${where}  ${name} (${seconds()})`);
		} catch (error) {
			tally.failed += 1;
			failures.push(name);
			const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
			say(`FAIL  ${where}  ${name} (${seconds()})\n${text.replace(/^/gm, '        ')}`);
		}
	}
	return failures;
};
