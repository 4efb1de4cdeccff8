import { freePort } from './freePort';
import type { InstalledN8n } from './installN8n';
import { n8nEnvironment } from './n8nEnvironment';
import { join } from './platform';
import { startProcess, type StartedProcess } from './startProcess';

export interface WorkerPlace {
	userFolder: string;
	concurrency: number;
	/** Where Redis and the database are. */
	env: NodeJS.ProcessEnv;
}

/** Starts one worker of queue mode and waits until it takes jobs. */
export const startWorker = async (
	n8n: InstalledN8n,
	place: WorkerPlace,
): Promise<StartedProcess> => {
	const { userFolder, concurrency } = place;
	const [healthPort, brokerPort] = [await freePort(), await freePort()];
	const worker = await startProcess({
		name: `${n8n.generation.name} worker`,
		command: n8n.node,
		args: [n8n.script, 'worker', `--concurrency=${concurrency}`],
		cwd: userFolder,
		env: {
			...n8n.env,
			...n8nEnvironment(userFolder, brokerPort),
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: `${healthPort}`,
			...place.env,
		},
		logFile: join(userFolder, 'worker.log'),
	});
	const isReady = async () =>
		await fetch(`http://127.0.0.1:${healthPort}/healthz/readiness`).then(
			({ ok }) => ok,
			() => false,
		);
	await worker.untilReady(isReady, 120_000);
	return worker;
};
