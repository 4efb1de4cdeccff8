import { type ChildProcess, execPath, join, onExit, projectDir, spawn } from './platform';

/**
 * Starts a node process on a file of ours, TypeScript or compiled.
 * @param flags of Node itself
 */
export function startScript(file: string, args: string[], flags: string[] = []): ChildProcess {
	const loader = file.endsWith('.ts') ? ['--import', 'tsx'] : [];
	const child = spawn(execPath, [...flags, ...loader, join(projectDir, file), ...args], {
		cwd: projectDir,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	onExit(() => void child.kill());
	return child;
}

/** The first line that a process prints. Rejects when it ends without one. */
export async function firstLine(child: ChildProcess): Promise<string> {
	let text = '';
	for await (const chunk of child.stdout ?? []) {
		text += String(chunk);
		if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
	}
	throw new Error(`A process ended without a word: ${child.spawnargs.join(' ')}`);
}
