import { freePort } from './freePort';
import type { InstalledN8n } from './installN8n';
import { installPackage } from './installPackage';
import type { PackedPackage } from './packages';
import { fs, join } from './platform';
import { openSite, type Site } from './site';
import { startPostgres } from './startPostgres';
import type { StartedProcess } from './startProcess';
import { startRedis } from './startRedis';
import { startWorker } from './startWorker';

export interface Queue {
	site: Site;
	workers: StartedProcess[];
	addWorker(): Promise<StartedProcess>;
	stop(): Promise<void>;
}

/**
 * n8n as a cluster: a main process, workers, PostgreSQL, Redis, and files in the database, where
 * all of them see them.
 */
export const startQueue = async (
	n8n: InstalledN8n,
	plan: {
		folder: string;
		packed: PackedPackage[];
		workers: number;
		/** Executions that a worker takes at a time; n8n takes 10 where nothing is set. */
		concurrency?: number;
		env?: NodeJS.ProcessEnv;
	},
): Promise<Queue> => {
	const { folder, packed, concurrency = 30 } = plan;
	await fs.mkdir(folder, { recursive: true });
	const [postgres, redis] = await Promise.all([startPostgres(folder), startRedis(folder)]);
	const port = await freePort();
	const publicUrl = `http://127.0.0.1:${port}/`;
	const env = {
		// Workers do not know where main is: without it a callback goes to http://localhost:5678.
		N8N_WEBHOOK_URL: publicUrl,
		WEBHOOK_URL: publicUrl,
		...postgres.env,
		...redis.env,
		// How soon n8n notices that a worker is dead: 10 seconds rather than a minute or two.
		QUEUE_WORKER_LOCK_DURATION: '10000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '3000',
		QUEUE_WORKER_STALLED_INTERVAL: '5000',
		...(n8n.generation.name === 'n8n-2' && { N8N_DEFAULT_BINARY_DATA_MODE: 'database' }),
		...plan.env,
	};
	const site = await openSite(n8n, { folder, packed, port, env });
	const workers: StartedProcess[] = [];

	let slots = 0;
	const addWorker = async () => {
		slots += 1;
		const userFolder = join(folder, `worker-${slots}`);
		await fs.mkdir(userFolder, { recursive: true });
		for (const { tarball } of packed) await installPackage(tarball, userFolder);
		const worker = await startWorker(n8n, { userFolder, concurrency, env });
		workers.push(worker);
		return worker;
	};
	await Promise.all(Array.from({ length: plan.workers }, addWorker));

	return {
		site,
		workers,
		addWorker,
		stop: async () => {
			await Promise.all([
				site.server.stop(),
				...workers.map(async (worker) => await worker.stop()),
			]);
			await Promise.all([postgres.process.stop(), redis.process.stop()]);
		},
	};
};
