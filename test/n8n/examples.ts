import type { Check } from './check';
import type { Workflow } from './connectRest';
import { createPlayer, withWebhook } from './createPlayer';
import { itemsOf } from './execution';
import { fileKinds } from './fileKinds';
import { deepEqual, equal, ok } from './platform';
import { readExamples } from './readExamples';
import type { Stage } from './stage';

/** Items at a node of an example, and the files they must carry. */
interface Expected {
	node: string;
	items: number;
	kinds: string[];
}

const times = (count: number, kind: string): string[] => Array.from({ length: count }, () => kind);

const expected: Record<string, Expected[]> = {
	'text-to-image': [{ node: 'Use the Pictures', items: 4, kinds: times(4, 'png') }],
	'image-to-image-and-video': [
		{ node: 'Use the Picture', items: 2, kinds: times(2, 'png') },
		{ node: 'Use the Video', items: 2, kinds: times(2, 'mp4') },
	],
	'batch-with-error-branch': [
		{ node: 'Use the Pictures', items: 4, kinds: times(4, 'png') },
		{ node: 'Report', items: 1, kinds: [] },
	],
	// The trigger's own workflow: the two runs that end once it is on.
	'on-finished-run': [{ node: 'Your Next Step', items: 2, kinds: times(2, 'png') }],
	'start-and-collect': [{ node: 'Use the Files', items: 8, kinds: [...times(2, 'mp4'), ...times(4, 'png')] }],
};

const hasManualTrigger = ({ nodes }: Workflow) => nodes.some(({ type }) => type === 'n8n-nodes-base.manualTrigger');

/** Every workflow a user can import, executed as production does and its files opened. */
export const examples = async (stage: Stage): Promise<Check[]> => {
	const { rest, flowscale, credential } = stage;
	const player = createPlayer(stage);
	const workflows = [...(await readExamples(credential))];

	const play = async (name: string, workflow: Workflow) => {
		if (hasManualTrigger(workflow)) return await player.play(name, withWebhook(name, workflow), {}, 120_000);
		const saved = await player.publish(workflow);
		// What had ended before a trigger was switched on is none of its business.
		flowscale.addRuns(2);
		return await player.ended(await player.newest(saved, 90_000));
	};

	return workflows.map(([name, workflow]) => ({
		name: `${name}.json runs as imported`,
		run: async () => {
			ok(expected[name], 'nothing is expected of it: add a line to examples.ts');
			const execution = await play(name, workflow);
			equal(execution.status, 'success', execution.error?.message);
			for (const { node, items, kinds } of expected[name]) {
				const found = itemsOf(execution, node);
				equal(found.length, items, `items at "${node}"`);
				deepEqual((await fileKinds(rest, found)).sort(), kinds);
			}
			deepEqual(flowscale.unknown, []);
		},
	}));
};
