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
	await runCommand('npm', ['rebuild', 'sqlite3', '--ignore-scripts=false'], {
		cwd: folder,
		env: { ...environmentOf(binary), ...(headers && { npm_config_nodedir: headers }) },
	});
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
