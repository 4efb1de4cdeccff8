import type { Check } from './check';
import type { Workflow } from './connectRest';
import { createPlayer } from './createPlayer';
import { chain, placed, webhookNode } from './flowscaleNode';
import { ok, stdout } from './platform';
import type { Harness } from './stage';

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
/** As an execution of ours: saved, three seconds of work, saved again. */
const controlWorkflow = (): Workflow =>
	chain(
		'control',
		webhookNode('control'),
		waitNode('Long', waitSeconds),
		waitNode('Short', 3),
		waitNode('Long again', waitSeconds),
	);

/** Executions that n8n's start-up took for unfinished ones: it says so in its log. */
const amendedIn = (log: string): Set<string> =>
	new Set(
		[...log.matchAll(/Found unfinished executions: ([\d, ]+)/g)].flatMap(([, ids]) =>
			ids.trim().split(/,\s*/),
		),
	);

/** n8n's own Wait node beside ours: what n8n's start does to both is n8n's doing. */
export const createWaitControl = (harness: Harness) => {
	const { rest, server, n8n } = harness;
	const player = createPlayer(harness);
	let ids: string[] = [];

	const check: Check = {
		name: 'n8n’s own Wait node is taken for crashed by n8n’s start just as well, and goes on as well',
		run: async () => {
			const amended = amendedIn(await server.log());
			const statuses: string[] = [];
			for (const id of ids) statuses.push((await player.ended(id, 180_000)).status);
			const taken = ids.filter((id) => amended.has(id));
			const crashed = ids.filter((_, index) => statuses[index] === 'crashed');
			stdout.write(
				`      ${n8n.version} suspended  of ${ids.length} executions at n8n’s own Wait node n8n’s start took ${taken.length} for crashed; ${crashed.length} stayed so\n`,
			);
			ok(
				taken.length > 0,
				'n8n’s start leaves waiting executions alone by now: so should the checks above',
			);
			for (const id of crashed) ok(taken.includes(id), `${id} crashed, and not by n8n’s start`);
		},
	};

	return {
		check,
		/** Resolves when they wait, with the time when the last of them is due. Once is enough. */
		begin: async (): Promise<number> => {
			if (ids.length > 0) return 0;
			const saved = await player.publish(controlWorkflow());
			for (let made = 0; made < count; made += 1) await player.call('control');
			const dueMs = Date.now() + waitSeconds * 1_000;
			ids = (await rest.executions(saved.id)).map(({ id }) => id);
			for (const id of ids) await rest.executionIn(id, ['waiting'], 30_000);
			return dueMs;
		},
	};
};
