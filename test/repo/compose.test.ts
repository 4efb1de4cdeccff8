import { fs, join, projectDir } from '../../simulator/platform';

const read = async (file: string) => await fs.readFile(join(projectDir, file), 'utf8');

/**
 * What the suite tells its processes only because they share a machine, stay alone there, and leave
 * it as it was.
 */
const ITS_OWN = [
	'N8N_USER_FOLDER',
	'N8N_LISTEN_ADDRESS',
	'N8N_RUNNERS_BROKER_PORT',
	'QUEUE_HEALTH_CHECK_PORT',
	'N8N_DIAGNOSTICS_ENABLED',
	'N8N_VERSION_NOTIFICATIONS_ENABLED',
	'N8N_TEMPLATES_ENABLED',
	'N8N_PERSONALIZATION_ENABLED',
	'N8N_SECURE_COOKIE',
];
/** For n8n 1.x, and for a database that is no part of a cluster. */
const OF_OTHERS = ['N8N_EXPRESSION_ENGINE', 'N8N_RUNNERS_ENABLED', 'DB_SQLITE_POOL_SIZE'];
/** Where a cluster is, and what only its owner knows. */
const PLACES = /_(HOST|PORT|PASSWORD|KEY|URL)$/;
/** The suite puts the package beside each process itself. */
const OF_CONTAINERS = ['N8N_REINSTALL_MISSING_PACKAGES'];

const settingsIn = (text: string) =>
	[
		...text.matchAll(
			/\b((?:N8N|DB|QUEUE|EXECUTIONS|GENERIC)_[A-Z0-9_]+): (?:'([^']*)'|([^\s,}]+))/g,
		),
	].map(([, name, quoted, plain]): [string, string] => [name, quoted ?? plain]);

async function settingsOfSuite(): Promise<Map<string, string>> {
	const files = [
		'startQueue',
		'startWorker',
		'startRedis',
		'startPostgres',
		'n8nEnvironment',
		'generations',
	];
	const texts = await Promise.all(files.map(async (file) => await read(`test/n8n/${file}.ts`)));
	return new Map(
		settingsIn(texts.join('\n')).filter(([name]) => !ITS_OWN.concat(OF_OTHERS).includes(name)),
	);
}

it('the compose file has the settings of the tested cluster, each of them and no others', async () => {
	const suite = await settingsOfSuite();
	const compose = new Map(settingsIn(await read('docs/compose.yaml')));
	expect(suite.size).toBeGreaterThan(15);
	expect([...compose.keys()].filter((name) => !OF_CONTAINERS.includes(name)).sort()).toEqual(
		[...suite.keys()].sort(),
	);
	const valuesOf = (settings: Map<string, string>) =>
		Object.fromEntries(
			[...settings].filter(([name]) => !PLACES.test(name) && !OF_CONTAINERS.includes(name)),
		);
	expect(valuesOf(compose)).toEqual(valuesOf(suite));
});

it('the compose file starts as many workers, of the same n8n, as are tested', async () => {
	const compose = await read('docs/compose.yaml');
	const [worker, groups] = [await read('test/n8n/startQueue.ts'), await read('test/n8n/groups.ts')];
	const { dependencies } = JSON.parse(await read('test/n8n/n8n-2/package.json')) as {
		dependencies: { n8n: string };
	};
	expect(/image: n8nio\/n8n:(\S+)/.exec(compose)?.[1]).toBe(dependencies.n8n);
	expect(await read('docs/scaling.md')).toContain(`FROM n8nio/n8n:${dependencies.n8n}`);
	expect(/--concurrency=(\d+)/.exec(compose)?.[1]).toBe(/concurrency = (\d+)/.exec(worker)?.[1]);
	expect(/replicas: (\d+)/.exec(compose)?.[1]).toBe(/workers: (\d+)/.exec(groups)?.[1]);
});
