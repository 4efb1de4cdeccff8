import type { PackedPackage } from './packages';
import { fs, join } from './platform';
import { runCommand } from './runCommand';

/** One way to spoil a package. */
export interface Damage {
	/** Added to the name of the package, so that several fit in one n8n. */
	name: string;
	/** The new content of a file, or undefined for none at all. */
	change(file: string, text: string): string | undefined;
}

/**
 * Packs the package again with that damage; a damage that changes nothing is a mistake of its own.
 */
export const breakPackage = async (
	whole: PackedPackage,
	{ name: suffix, change }: Damage,
	folder: string,
): Promise<PackedPackage> => {
	const name = `${whole.name}-${suffix}`;
	const root = join(folder, suffix, 'package');
	await fs.mkdir(root, { recursive: true });
	await runCommand('tar', ['-xzf', whole.tarball, '-C', root, '--strip-components=1']);

	let changes = 0;
	for (const file of await fs.readdir(join(root, 'dist'), { recursive: true })) {
		const path = join(root, 'dist', file);
		if (!(await fs.stat(path)).isFile()) continue;
		const text = await fs.readFile(path, 'utf8');
		const after = change(file, text);
		if (after === text) continue;
		changes += 1;
		await (after === undefined ? fs.rm(path) : fs.writeFile(path, after));
	}
	if (changes === 0) throw new Error(`"${suffix}" changes nothing in the package`);

	const manifest = join(root, 'package.json');
	await fs.writeFile(
		manifest,
		JSON.stringify({ ...(JSON.parse(await fs.readFile(manifest, 'utf8')) as object), name }),
	);
	const tarball = join(folder, `${name}.tgz`);
	await runCommand('tar', ['-czf', tarball, '-C', join(folder, suffix), 'package']);
	return { ...whole, name, tarball };
};
