import type { Workflow } from './connectRest';
import { createPlayer } from './createPlayer';
import { chain, placed, webhookNode } from './flowscaleNode';
import { stdout } from './platform';
import type { Stage } from './stage';

const count = 6;
/** n8n saves waits from 65 seconds; shorter ones it sits out. */
const waitSeconds = 66;

const waitNode = (name: string, amount: number) => ({
	...placed(),
	name,
	type: 'n8n-nodes-base.wait',
	typeVersion: 1.1,
	webhookId: placed().id,
	parameters: { resume: 'timeInterval', amount, unit: 'seconds' },
});
/** A wait that n8n saves, and three seconds of work as a turn of ours has. */
const controlWorkflow = (): Workflow => chain('control', webhookNode('control'), waitNode('Long', waitSeconds), waitNode('Short', 3));

/** Executions that n8n's start-up took for unfinished ones: it says so in its log. */
export const amendedIn = (log: string): Set<string> =>
	new Set([...log.matchAll(/Found unfinished executions: ([\d, ]+)/g)].flatMap(([, ids]) => ids.trim().split(/,\s*/)));

/** n8n's own Wait node, treated as ours is: what n8n's start does to both is n8n's doing. */
export const createWaitControl = (stage: Stage) => {
	const { rest, server, n8n } = stage;
	const player = createPlayer(stage);
	let path = '';
	let ids: string[] = [];

	return {
		/** Resolves when they wait, with the time when the last of them is due. */
		begin: async (): Promise<number> => {
			const workflow = controlWorkflow();
			path = `control-${Date.now()}`;
			workflow.nodes[0].parameters.path = path;
			const saved = await player.publish({ ...workflow, name: path });
			for (let made = 0; made < count; made += 1) await player.call(path);
			const dueMs = Date.now() + waitSeconds * 1_000;
			ids = (await rest.executions(saved.id)).map(({ id }) => id);
			for (const id of ids) await rest.executionIn(id, ['waiting'], 30_000);
			return dueMs;
		},
		/** Prints what became of them after n8n's start. */
		tell: async (): Promise<void> => {
			const amended = amendedIn(await server.log());
			const ended: string[] = [];
			for (const id of ids) ended.push((await player.ended(id, 150_000)).status);
			const crashed = ended.filter((status) => status === 'crashed').length;
			const taken = ids.filter((id) => amended.has(id)).length;
			stdout.write(`      ${n8n.version} suspended  of ${ids.length} executions at n8n’s own Wait node n8n took ${taken} for crashed as it started; ${crashed} stayed so\n`);
		},
	};
};
