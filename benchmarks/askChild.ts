import { build } from 'esbuild';
import { once } from '../simulator/platform';
import { firstLine, startScript } from '../simulator/startScript';

const SOURCE = 'benchmarks/child.ts';
const COMPILED = 'build/child.cjs';

/** The JSON that a child process of ours prints when its task is done. */
export async function askChild<T>(task: string, given: object, file = SOURCE): Promise<T> {
	const child = startScript(file, [task, JSON.stringify(given)], ['--expose-gc']);
	const ended = once(child, 'exit');
	const line = await firstLine(child);
	await ended;
	return JSON.parse(line) as T;
}

/**
 * The same, compiled as the package is. What compiles while it runs names each function, which
 * costs a kilobyte for each function of each item.
 */
export async function askCompiledChild<T>(task: string): Promise<T> {
	await build({
		entryPoints: [SOURCE],
		outfile: COMPILED,
		bundle: true,
		platform: 'node',
		target: 'es2022',
		packages: 'external',
		logLevel: 'error',
	});
	return await askChild<T>(task, {}, COMPILED);
}
