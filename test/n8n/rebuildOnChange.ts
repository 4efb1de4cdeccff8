import type { PackedPackage } from './packages';
import { execPath, fs, join, repository } from './platform';
import { runCommand } from './runCommand';

const gulp = join(repository, 'node_modules/gulp/bin/gulp.js');

/** Where n8n loads an installed package from. */
const installedFolder = (userFolder: string, { name }: PackedPackage) =>
	join(userFolder, '.n8n/nodes/node_modules', name);

async function rebuild(userFolder: string, packed: PackedPackage[]): Promise<void> {
	await runCommand(execPath, [gulp, 'build'], { cwd: repository });
	for (const one of packed)
		await fs.cp(join(one.folder, 'dist'), join(installedFolder(userFolder, one), 'dist'), {
			recursive: true,
		});
}

/**
 * Builds the packages whenever their source changes, and copies them over the installed ones, which
 * n8n loads anew by itself when it runs with `N8N_DEV_RELOAD`. Never returns.
 * @param say receives a line for each build
 */
export async function rebuildOnChange(
	userFolder: string,
	packed: PackedPackage[],
	say: (line: string) => void,
): Promise<never> {
	const folders = ['nodes', 'credentials', 'packages'].map((name) => join(repository, name));
	let building = Promise.resolve();
	let isDue = false;
	const onChange = (file: string) => {
		if (isDue || /dist|node_modules/.test(file)) return;
		isDue = true;
		building = building.then(async () => {
			isDue = false;
			await rebuild(userFolder, packed).then(
				() => say(`Built after a change of ${file}. Reload the editor's page.`),
				(error: Error) => say(error.message),
			);
		});
	};
	const watchers = folders.map(async (folder) => {
		for await (const { filename } of fs.watch(folder, { recursive: true }))
			onChange(filename ?? folder);
	});
	await Promise.all(watchers);
	throw new Error('The folders are no longer watched');
}
