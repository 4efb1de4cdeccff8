import { env, fs, isRoot, join } from './platform';
import { runCommand } from './runCommand';

const packages = {
	postgres: 'postgresql',
	initdb: 'postgresql',
	'redis-server': 'redis-server',
	chromium: 'chromium',
};
type Tool = keyof typeof packages;

/**
 * The path of a program that comes from the distribution; installs its package where that is
 * allowed.
 */
export const debianTool = async (tool: Tool): Promise<string> => {
	const found = await find(tool);
	if (found) return found;
	if (!isRoot) throw new Error(`${tool} is missing: install the package ${packages[tool]}`);
	const options = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } };
	await runCommand('apt-get', ['update'], options);
	await runCommand(
		'apt-get',
		['install', '--yes', '--no-install-recommends', packages[tool]],
		options,
	);
	const installed = await find(tool);
	if (!installed) throw new Error(`${packages[tool]} was installed, and ${tool} is still missing`);
	return installed;
};

const find = async (tool: Tool): Promise<string | undefined> => {
	// Debian keeps the programs of each PostgreSQL version off the path.
	const versions = await fs.readdir('/usr/lib/postgresql').catch((): string[] => []);
	const folders = [
		...(env.PATH ?? '').split(':'),
		...versions.map((version) => `/usr/lib/postgresql/${version}/bin`),
	];
	for (const folder of folders) {
		const path = join(folder, tool);
		if (
			await fs.access(path).then(
				() => true,
				() => false,
			)
		)
			return path;
	}
	return undefined;
};
