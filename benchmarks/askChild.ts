import { once } from '../simulator/platform';
import { firstLine, startScript } from '../simulator/startScript';

/** The JSON that a child process of ours prints when its task is done. */
export async function askChild<T>(task: string, given: object): Promise<T> {
	const child = startScript('benchmarks/child.ts', [task, JSON.stringify(given)], ['--expose-gc']);
	const ended = once(child, 'exit');
	const line = await firstLine(child);
	await ended;
	return JSON.parse(line) as T;
}
