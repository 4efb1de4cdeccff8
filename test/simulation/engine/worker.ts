import { env, execPath, projectDir, spawn } from '../../../simulator/platform';
import { bundle } from '../bundle';

let code: Promise<string> | undefined;

/**
 * Starts `play.ts` in a process of its own, whose clock, timers and network it takes over.
 * @param onLine called with each line that it writes; without, it writes where this process does
 */
export async function startWorker(
	args: readonly string[],
	onLine?: (line: string, stop: () => void) => void,
): Promise<number> {
	code ??= bundle('engine/play.ts');
	const child = spawn(execPath, ['-', ...args], {
		stdio: ['pipe', onLine ? 'pipe' : 'inherit', 'inherit'],
		cwd: projectDir,
		// Files are written and read in order then, so that a seed always gives the same story.
		env: { ...env, UV_THREADPOOL_SIZE: '1' },
	});
	child.stdin?.end(await code);
	let rest = '';
	child.stdout?.setEncoding('utf8').on('data', (text: string) => {
		const lines = (rest + text).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) onLine?.(line, () => child.kill());
	});
	return await new Promise<number>((resolve) =>
		child.once('close', (exitCode) => resolve(exitCode ?? 0)),
	);
}
