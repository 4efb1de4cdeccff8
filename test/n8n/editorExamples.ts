import type { Check } from './check';
import type { Hands } from './editorHands';
import { equal, ok } from './platform';
import { credentialsOf } from './playExample';
import { readExamples } from './readExamples';
import type { Harness } from './stage';

/** Examples that end while a person watches. */
const quick = [
	'text-to-image',
	'batch-with-error-branch',
	'image-to-image-and-video',
	'scheduled-batch',
];

/** The examples on n8n's canvas. */
export const examplesOnCanvas = (harness: Harness, handsNow: () => Hands): Check[] => {
	/** Imports an example, opens it, and gives the number of its nodes. */
	const openExample = async (name: string): Promise<number> => {
		const example = (await readExamples(credentialsOf(harness))).get(name);
		ok(example, 'the example is gone');
		const { id } = await harness.rest.createWorkflow(example);
		await handsNow().openWorkflow(id);
		return example.nodes.filter(({ type }) => !type.endsWith('.stickyNote')).length;
	};

	return [
		...quick.map((name) => ({
			name: `${name}.json runs on the canvas`,
			run: async () => {
				const hands = handsNow();
				const steps = await openExample(name);
				await hands.page.locator('[data-test-id^="execute-workflow-button"]').last().click();
				// The button's own node may be without a tick.
				await hands
					.part('canvas-node-status-success')
					.nth(steps - 2)
					.waitFor();
				await hands.fitCanvas();
				await hands.canvasPicture(`canvas-${name}`);
			},
		})),
		{
			name: 'the other examples open with all of their nodes known',
			run: async () => {
				const hands = handsNow();
				for (const name of (await readExamples(credentialsOf(harness))).keys()) {
					if (quick.includes(name)) continue;
					const steps = await openExample(name);
					await hands
						.part('canvas-node')
						.nth(steps - 1)
						.waitFor();
					equal(await hands.page.getByText('Install this node').count(), 0);
					await hands.fitCanvas();
					await hands.canvasPicture(`canvas-${name}`);
				}
			},
		},
	];
};
