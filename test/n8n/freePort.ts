import { createServer, fs, isAlive, join, once, pid, tmpdir } from './platform';

/**
 * Below those that Linux gives to outgoing connections: one of them could take the port before a
 * server is up that needs seconds, or while it is down.
 */
const lowest = 20_000;
const highest = 32_000;
const given = new Set<number>();

/**
 * Each address that a server may listen at: with one taken, n8n does not start. A machine without
 * IPv6 has no `::`.
 */
const isFree = async (port: number): Promise<boolean> => {
	for (const host of ['127.0.0.1', '::']) {
		const server = createServer();
		const failure = once(server, 'error').then(([error]) => (error as NodeJS.ErrnoException).code);
		const listening = once(server, 'listening').then(() => undefined);
		server.listen(port, host);
		const code = await Promise.race([listening, failure]);
		if (code === 'EADDRINUSE' || code === 'EACCES') return false;
		if (code !== undefined) continue;
		server.close();
		await once(server, 'close');
	}
	return true;
};

const folder = join(tmpdir(), 'n8n-nodes-flowscale-ports');

/**
 * Another suite on this machine does not get a port that this one was given and does not use yet: a
 * file holds it, with the ID of its process, until that has ended.
 */
const reserve = async (port: number): Promise<boolean> => {
	await fs.mkdir(folder, { recursive: true });
	const file = join(folder, `${port}`);
	const holder = Number(await fs.readFile(file, 'utf8').catch(() => ''));
	if (holder > 0 && !isAlive(holder)) await fs.rm(file, { force: true });
	return await fs.writeFile(file, `${pid}`, { flag: 'wx' }).then(
		() => true,
		() => false,
	);
};

/** A loopback port that was free a moment ago; each is given once, whoever asks. */
export const freePort = async (): Promise<number> => {
	for (;;) {
		const port = lowest + Math.floor(Math.random() * (highest - lowest));
		if (given.has(port) || !(await reserve(port))) continue;
		given.add(port);
		if (await isFree(port)) return port;
	}
};
