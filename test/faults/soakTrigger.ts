import { PollContext } from 'n8n-core';
import type { IPollFunctions } from 'n8n-workflow';
import { sleep } from '../../simulator/platform';
import { nodeOf, serverSide, workflowOf } from '../harness/runWorkflow';
import type { engineFor } from './soakEngine';

const TYPE = 'n8n-nodes-flowscale.flowscaleTrigger';
const PAUSE_MS = 2_000;

/**
 * Polls the trigger every two seconds until it is over, and counts how often each run was reported.
 */
export function pollFor({ engine }: ReturnType<typeof engineFor>, isOver: () => boolean) {
	const node = nodeOf(
		'Flowscale Trigger',
		TYPE,
		{ events: ['completed'], filters: {}, options: {} },
		{ credentials: { flowscaleApi: { id: '1', name: 'Simulator' } } },
	);
	const file = { nodes: [node], connections: {} };
	const workflow = workflowOf(engine, file);
	const context = new PollContext(
		workflow,
		workflow.nodes[node.name],
		serverSide(engine, file, 'trigger', 'none'),
		'trigger',
		'activate',
	) as IPollFunctions;
	const { poll } = engine.nodeTypes.getByNameAndVersion(TYPE, 1);
	const seen = new Map<string, number>();
	let polls = 0;
	let failures = 0;
	const once = async () => {
		polls++;
		try {
			const items = (await poll?.call(context)) ?? [];
			for (const { json } of items.flat())
				seen.set(String(json.run_id), (seen.get(String(json.run_id)) ?? 0) + 1);
			isReady();
		} catch {
			// n8n records a failed poll and goes on with the next; so does this.
			failures++;
		}
	};
	let isReady = () => {};
	const ready = new Promise<void>((resolve) => (isReady = resolve));
	const done = (async () => {
		while (!isOver()) {
			await once();
			await sleep(PAUSE_MS);
		}
		await once();
	})();
	return { seen, done, ready, polls: () => polls, failures: () => failures };
}
