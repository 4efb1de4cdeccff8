import { fs, join, projectDir } from '../../simulator/platform';
import type { Hunt } from './hunt';
import { mutants } from './mutants';

const TABLE = join(projectDir, 'test/simulation/mutants.md');

const HEAD = `# Mutants

Faults that are put into what ships, to see that the simulation notices them (\`mutants.ts\`), with
the number of executions after which each was caught, and the first complaint. The bound is 100,000.
Written by \`npm run test:mutants -- [seed] [words]\`, which replaces the rows that it hunted. Worlds
that change change these numbers, so a row says when it was hunted.

| Mutant | Executions | Hunted | First complaint |
| --- | --- | --- | --- |
`;

/** Rows of the table by the mutant's name. */
export async function readTable(): Promise<Map<string, string>> {
	const text = await fs.readFile(TABLE, 'utf8').catch(() => '');
	const rows = text
		.split('\n')
		.filter((line) => line.startsWith('| '))
		.slice(2);
	return new Map(rows.map((row) => [row.slice(2, row.indexOf(' |')), row]));
}

/** Writes what a hunt found into the table, in the order of the list. */
export async function writeRow(name: string, seed: number, found: Hunt): Promise<void> {
	const rows = await readTable();
	const executions = found.caught ? `${found.executions}` : `not in ${found.executions}`;
	const hunted = `seed ${seed}, ${new Date().toISOString().slice(0, 10)}`;
	const complaint = (found.caught?.complaints[0] ?? '').replaceAll('|', '/').slice(0, 160);
	rows.set(name, `| ${name} | ${executions} | ${hunted} | ${complaint} |`);
	const known = mutants.flatMap((mutant) => rows.get(mutant.name) ?? []);
	await fs.writeFile(TABLE, `${HEAD}${known.join('\n')}\n`);
}
