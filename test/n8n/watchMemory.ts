import { pid, sleep } from './platform';
import { runCommand } from './runCommand';

/** Resident memory of this process and everything it started, in bytes: n8n, databases, browser. */
const residentBytes = async (): Promise<number> => {
	const lines = (await runCommand('ps', ['-eo', 'pid=,ppid=,rss='])).trim().split('\n');
	const table = lines.map((line) => line.trim().split(/\s+/).map(Number));
	const family = new Set([pid]);
	// A child is listed after its parent as a rule, not by law: twice over catches a wrapped process
	// id.
	for (const [child, parent] of [...table, ...table]) if (family.has(parent)) family.add(child);
	return table.reduce((sum, [child, , rss]) => (family.has(child) ? sum + rss * 1024 : sum), 0);
};

/** Looks at the memory every two seconds until `stop`, which gives the highest sum seen. */
export const watchMemory = (): { stop(): Promise<number> } => {
	let peak = 0;
	let isStopped = false;
	const watching = (async () => {
		while (!isStopped) {
			// A stop signal to the whole group ends `ps` too, and must not end the cleaning up.
			peak = Math.max(peak, await residentBytes().catch(() => 0));
			await sleep(2_000);
		}
	})();
	return {
		stop: async () => {
			isStopped = true;
			await watching;
			return peak;
		},
	};
};
