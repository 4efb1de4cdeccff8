import { debianTool } from './debianTool';
import { freePort } from './freePort';
import { join } from './platform';
import { startProcess, type StartedProcess } from './startProcess';

/**
 * A Redis of its own on a loopback port that keeps nothing, and the environment that points n8n to
 * it.
 */
export const startRedis = async (
	folder: string,
): Promise<{ process: StartedProcess; env: NodeJS.ProcessEnv }> => {
	const port = await freePort();
	const process = await startProcess({
		name: 'Redis',
		command: await debianTool('redis-server'),
		args: ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder],
		logFile: join(folder, 'redis.log'),
	});
	await process.untilReady(
		async () => (await process.log()).includes('Ready to accept connections'),
		30_000,
	);
	return {
		process,
		env: {
			EXECUTIONS_MODE: 'queue',
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: `${port}`,
		},
	};
};
