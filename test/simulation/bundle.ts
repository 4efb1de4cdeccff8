import { build, type Plugin } from 'esbuild';
import { fs, join, projectDir } from '../../simulator/platform';

/** A change of what ships, made in memory while it is bundled. */
export interface Patch {
	/** Below the top of the repository. */
	file: string;
	/** Stands in the file exactly once. */
	from: string;
	to: string;
}

/** @throws Error when the patch does not fit the file any more */
export function patched(text: string, { file, from, to }: Patch): string {
	const places = text.split(from).length - 1;
	if (places !== 1) throw new Error(`${file} has ${places} places for this patch: ${from}`);
	return text.replace(from, () => to);
}

const patching = (root: string, patches: readonly Patch[]): Plugin => ({
	name: 'patching',
	setup: ({ onLoad }) => {
		for (const { file } of patches) {
			const path = join(root, file);
			onLoad({ filter: new RegExp(`${file.replace(/[./]/g, '\\$&')}$`) }, async () => {
				const fitting = patches.filter((patch) => patch.file === file);
				const text = await fs.readFile(path, 'utf8');
				return { contents: fitting.reduce(patched, text), loader: 'ts' };
			});
		}
	},
});

/**
 * A file of the simulation with all that it imports from this repository, as one text of
 * JavaScript: it starts at once, and may hold code that is broken on purpose.
 * @param entry below `test/simulation/`
 * @param texts names in the code that stand for these texts
 */
export async function bundle(
	entry: string,
	patches: readonly Patch[] = [],
	texts: Record<string, string> = {},
): Promise<string> {
	const root = projectDir;
	const { outputFiles } = await build({
		entryPoints: [join(root, 'test/simulation', entry)],
		bundle: true,
		write: false,
		platform: 'node',
		format: 'cjs',
		target: 'node20',
		packages: 'external',
		logLevel: 'error',
		plugins: [patching(root, patches)],
		define: Object.fromEntries(
			Object.entries(texts).map(([name, text]) => [name, JSON.stringify(text)]),
		),
	});
	return outputFiles[0].text;
}
