import { argv, fs, stdout } from '../../simulator/platform';
import { simulate } from './simulate';
import type { World } from './world';

/** Plays one world from a file of JSON and prints its story. */
async function main(): Promise<void> {
	const world = JSON.parse(await fs.readFile(argv[0], 'utf8')) as World;
	const { lines, complaints } = await simulate(world);
	stdout.write(`${lines.join('\n')}\n\n${complaints.join('\n')}\n`);
}

void main();
