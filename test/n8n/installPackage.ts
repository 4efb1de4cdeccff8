import { fs, join } from './platform';
import { runCommand } from './runCommand';

interface Manifest {
	name: string;
	version: string;
	[field: string]: unknown;
}

/** `npm pack` of a built package; gives the tarball's path. */
export const packPackage = async (source: string, target: string): Promise<string> => {
	await fs.mkdir(target, { recursive: true });
	const printed = await runCommand('npm', ['pack', '--quiet', '--pack-destination', target], {
		cwd: source,
	});
	return join(target, printed.trim().split('\n').at(-1) ?? '');
};

/**
 * Puts a tarball where n8n keeps community packages, by the same steps as "Settings › Community
 * nodes".
 */
export const installPackage = async (tarball: string, userFolder: string): Promise<void> => {
	const nodes = join(userFolder, '.n8n/nodes');
	const unpacked = join(nodes, 'unpacked');
	await fs.mkdir(unpacked, { recursive: true });
	await runCommand('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1']);

	const manifestFile = join(unpacked, 'package.json');
	const manifest = JSON.parse(await fs.readFile(manifestFile, 'utf8')) as Manifest;
	const { devDependencies, peerDependencies, optionalDependencies, ...kept } = manifest;
	void [devDependencies, peerDependencies, optionalDependencies];
	await fs.writeFile(manifestFile, JSON.stringify(kept, null, 2));

	const folder = join(nodes, 'node_modules', manifest.name);
	await fs.mkdir(join(folder, '..'), { recursive: true });
	await fs.rm(folder, { recursive: true, force: true });
	await fs.rename(unpacked, folder);
	const options = [
		'--audit=false',
		'--fund=false',
		'--bin-links=false',
		'--install-strategy=shallow',
	];
	await runCommand(
		'npm',
		['install', ...options, '--ignore-scripts=true', '--package-lock=false'],
		{ cwd: folder },
	);
	await register(manifest, join(nodes, 'package.json'));
};

/** n8n's list of what it has installed itself. */
const register = async ({ name, version }: Manifest, file: string): Promise<void> => {
	const known = await fs.readFile(file, 'utf8').then(
		(text) => JSON.parse(text) as { dependencies: object },
		() => ({ dependencies: {} }),
	);
	const dependencies = { ...known.dependencies, [name]: version };
	await fs.writeFile(
		file,
		JSON.stringify({ name: 'installed-nodes', private: true, dependencies }),
	);
};
