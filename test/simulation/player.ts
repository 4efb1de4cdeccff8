import { execPath, projectDir, spawn } from '../../simulator/platform';
import { bundle, type Patch } from './bundle';
import type { Batch, Orders } from './play';
import { bundleProduct } from './products';

/** Most of what a world makes is garbage at once. */
const NODE_OPTIONS = ['--max-semi-space-size=64'];

/** The whole code of a playing process. */
export async function bundlePlayer(patches: readonly Patch[] = []): Promise<string> {
	return await bundle('play.ts', [], { SHIPPED_CODE: await bundleProduct(patches) });
}

/**
 * Starts a process that plays worlds, and hands over each batch as it is done.
 * @param code as `bundlePlayer` made it
 * @param onBatch returns true when no more is wanted
 * @throws Error when the process ends otherwise than it should
 */
export async function playIn(
	code: string,
	orders: Orders,
	onBatch: (batch: Batch) => boolean,
): Promise<void> {
	const child = spawn(execPath, [...NODE_OPTIONS, '-', JSON.stringify(orders)], {
		stdio: ['pipe', 'pipe', 'inherit'],
		cwd: projectDir,
	});
	child.stdin.end(code);
	let [rest, isOver] = ['', false];
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		const lines = (rest + text).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) {
			if (!isOver) isOver = onBatch(JSON.parse(line) as Batch);
			if (isOver) child.kill();
		}
	});
	const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
	if (!isOver && exitCode !== 0) throw new Error(`The playing process ended with ${exitCode}`);
}
