import { debianTool } from './debianTool';
import { freePort } from './freePort';
import { fs, isRoot, join } from './platform';
import { runCommand } from './runCommand';
import { startProcess, type StartedProcess } from './startProcess';

/** A PostgreSQL of its own on a loopback port, and the environment that points n8n to it. */
export const startPostgres = async (
	folder: string,
): Promise<{ process: StartedProcess; env: NodeJS.ProcessEnv }> => {
	const postgres = await debianTool('postgres');
	const initdb = await debianTool('initdb');
	const data = join(folder, 'postgres');
	await fs.mkdir(data, { recursive: true });
	// PostgreSQL refuses to run as root, which is what a container's user often is.
	const user = isRoot ? { uid: await idOf('-u'), gid: await idOf('-g') } : undefined;
	if (user) await fs.chown(data, user.uid, user.gid);

	const port = await freePort();
	const settings = {
		port,
		listen_addresses: '127.0.0.1',
		unix_socket_directories: '',
		fsync: 'off',
		max_connections: 200,
	};
	const asUser = { user, cwd: data, logFile: join(folder, 'postgres.log') };
	const creation = await startProcess({
		...asUser,
		name: 'initdb',
		command: initdb,
		args: [
			'--pgdata',
			data,
			'--username=n8n',
			'--auth=trust',
			'--no-sync',
			'--encoding=UTF8',
			'--locale=C',
		],
	});
	await creation.untilEnded();
	const process = await startProcess({
		...asUser,
		name: 'PostgreSQL',
		command: postgres,
		args: [
			'-D',
			data,
			...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
		],
	});
	await process.untilReady(
		async () => (await process.log()).includes('ready to accept connections'),
		30_000,
	);
	return {
		process,
		env: {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: `${port}`,
			DB_POSTGRESDB_DATABASE: 'postgres',
			DB_POSTGRESDB_USER: 'n8n',
			DB_POSTGRESDB_PASSWORD: 'unused',
		},
	};
};

const idOf = async (flag: '-u' | '-g') => Number(await runCommand('id', [flag, 'postgres']));
