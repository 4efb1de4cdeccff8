import type { Generation } from './generations';
import {
	basename,
	cacheFolder,
	createHash,
	dirname,
	env,
	fs,
	isAlive,
	join,
	pid,
	suiteFolder,
} from './platform';
import { runCommand } from './runCommand';
import { generationOf, manifestOf } from './versions';

export interface InstalledN8n {
	generation: Generation;
	version: string;
	/** `node BINARY` and the script that is `n8n` on a command line. */
	node: string;
	script: string;
	env: NodeJS.ProcessEnv;
}

const markerName = 'installed';

const exists = async (path: string) =>
	await fs.access(path).then(
		() => true,
		() => false,
	);

/** What suites left behind that were ended while they installed. */
const removeLeftovers = async (target: string): Promise<void> => {
	for (const name of await fs.readdir(dirname(target)).catch((): string[] => [])) {
		const [whole, owner] = name.split('.');
		if (whole === basename(target) && owner !== undefined && !isAlive(Number(owner)))
			await fs.rm(join(dirname(target), name), { recursive: true });
	}
};

/**
 * Installs beside the place where it is wanted and moves it there whole, since two suites may do so
 * at a time.
 */
const install = async (generation: Generation, target: string): Promise<void> => {
	const manifests = join(suiteFolder, generation.name);
	const folder = `${target}.${pid}`;
	const { binary, headers } = generation.node(folder);
	await removeLeftovers(target);
	await fs.rm(folder, { recursive: true, force: true });
	await fs.mkdir(folder, { recursive: true });
	for (const file of ['package.json', 'package-lock.json'])
		await fs.copyFile(join(manifests, file), join(folder, file));
	// With install scripts on, one optional Kafka client that fails to compile fails the whole of
	// n8n.
	await runCommand('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
	await buildSqlite(folder, binary, headers);
	await fs.writeFile(join(folder, markerName), `${new Date().toISOString()}\n`);
	if (!(await exists(join(target, markerName)))) {
		await fs.rm(target, { recursive: true, force: true });
		await fs.rename(folder, target).catch(() => {});
	}
	await fs.rm(folder, { recursive: true, force: true });
	if (!(await exists(join(target, markerName))))
		throw new Error(`${target} could not be put in its place`);
};

const environmentOf = (nodeBinary: string): NodeJS.ProcessEnv => ({
	...env,
	PATH: `${dirname(nodeBinary)}:${env.PATH}`,
});

/**
 * Installs one n8n into the cache, or finds it there: the key is its lock file and the Node it is
 * compiled for.
 */
export const installN8n = async (generation: Generation): Promise<InstalledN8n> => {
	const lock = await fs.readFile(join(suiteFolder, generation.name, 'package-lock.json'));
	const { abi } = generation.node('');
	const key = createHash('sha256').update(lock).update(abi).digest('hex').slice(0, 12);
	const folder = join(cacheFolder, `${generation.name}-${key}`);
	const isInstalled = await exists(join(folder, markerName));
	// A registry that drops one of two thousand downloads is nothing to fail a suite for.
	if (!isInstalled)
		await install(generation, folder).catch(async () => await install(generation, folder));

	return await installedIn(folder, generation);
};

const installedIn = async (folder: string, generation: Generation): Promise<InstalledN8n> => {
	const n8n = join(folder, 'node_modules/n8n');
	const { version } = JSON.parse(await fs.readFile(join(n8n, 'package.json'), 'utf8')) as {
		version: string;
	};
	const node = generation.node(folder).binary;
	return {
		generation,
		version,
		node,
		script: join(n8n, 'bin/n8n'),
		env: { ...environmentOf(node), ...generation.env },
	};
};

/**
 * Installs a version that has no lock file here, or finds what an interrupted run left. Whoever is
 * done with it removes it: each takes some gigabytes.
 */
export const installVersion = async (
	version: string,
): Promise<{ n8n: InstalledN8n; remove(): Promise<void> }> => {
	const generation = generationOf(version);
	const folder = join(cacheFolder, `version-${version}`);
	const remove = async () => await fs.rm(folder, { recursive: true, force: true });
	if (!(await exists(join(folder, markerName)))) {
		await remove();
		await fs.mkdir(folder, { recursive: true });
		await fs.writeFile(join(folder, 'package.json'), JSON.stringify(manifestOf(version), null, 2));
		const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
		const installing = async () => await runCommand('npm', install, { cwd: folder });
		await installing().catch(installing);
		const { binary, headers } = generation.node(folder);
		await buildSqlite(folder, binary, headers);
		await fs.writeFile(join(folder, markerName), `${new Date().toISOString()}\n`);
	}
	return { n8n: await installedIn(folder, generation), remove };
};

/**
 * Its binary is the same for every Node.js from 12 on (Node-API), and takes a minute or more to
 * compile where no ready one can be downloaded: one that another n8n here has is as good.
 */
const buildSqlite = async (
	folder: string,
	nodeBinary: string,
	headers: string | undefined,
): Promise<void> => {
	const place = 'node_modules/sqlite3';
	const versionIn = async (one: string) =>
		await fs
			.readFile(join(one, place, 'package.json'), 'utf8')
			.then((text) => (JSON.parse(text) as { version: string }).version)
			.catch(() => undefined);
	const wanted = await versionIn(folder);
	const binary = join(place, 'build/Release/node_sqlite3.node');
	for (const name of await fs.readdir(cacheFolder)) {
		const other = join(cacheFolder, name);
		if ((await versionIn(other)) !== wanted || !(await exists(join(other, binary)))) continue;
		await fs.mkdir(dirname(join(folder, binary)), { recursive: true });
		return await fs.copyFile(join(other, binary), join(folder, binary));
	}
	await runCommand('npm', ['rebuild', 'sqlite3', '--ignore-scripts=false'], {
		cwd: folder,
		env: { ...environmentOf(nodeBinary), ...(headers && { npm_config_nodedir: headers }) },
	});
};
