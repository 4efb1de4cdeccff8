import type { Check } from './check';
import type { Credential } from './connectRest';
import type { Hands } from './editorHands';
import { chain, executeAndWait, flowscaleNode, manualNode } from './flowscaleNode';
import { doesNotMatch, ok, sleep } from './platform';
import type { Harness } from './stage';
import { afterNode } from './suspendedWorkflows';

const slow = 'ee871c99-7b84-4a0d-90af-ddff11dd9999';

const waitForHours = (credential: Credential) => {
	const parameters = executeAndWait(
		slow,
		{ duration_10002: 3_600_000, text_51536: 'a lighthouse in the first light' },
		{ timeout: 7_200 },
	);
	const state = {
		...afterNode,
		parameters: { ...afterNode.parameters, jsonOutput: '={{ { state: $json.state } }}' },
	};
	return chain(
		'Wait for hours',
		manualNode(),
		flowscaleNode(credential, { ...parameters, waitMode: 'suspended' }),
		state,
	);
};

/** What a person sees of an execution that is suspended. */
export const suspendedOnScreen = ({ rest, credential }: Harness, handsNow: () => Hands): Check => {
	/** Id of the workflow's execution once it is suspended, which takes a minute. */
	const untilWaiting = async (workflowId: string): Promise<string> => {
		const deadline = Date.now() + 120_000;
		for (;;) {
			const [execution] = await rest.executions(workflowId);
			if (execution?.status === 'waiting') return execution.id;
			ok(Date.now() < deadline, `it is ${execution?.status} after two minutes`);
			await sleep(500);
		}
	};

	return {
		name: 'suspended waiting has one output and nothing to wire; while it waits, the node says what for, and n8n’s list that it waits',
		run: async () => {
			const hands = handsNow();
			const { id } = await rest.createWorkflow(waitForHours(credential));
			await hands.openWorkflow(id, [1280, 744]);
			await hands.fitCanvas();
			const text = await hands.part('canvas').innerText();
			doesNotMatch(text, /Still Running|Done/);
			await hands.canvasPicture('suspended');
			await hands.page.locator('[data-test-id^="execute-workflow-button"]').last().click();
			const execution = await untilWaiting(id);
			await hands.openNode('Flowscale');
			await hands.widenOutput();
			await hands.output.getByText('The runs continue at Flowscale').waitFor();
			await hands.nodePicture('suspended-waiting');
			await hands.openExecutions(id);
			// Once in the list, and once above the canvas.
			await hands.page.getByText('Waiting').nth(1).waitFor();
			await hands.picture('executions-waiting');
			await rest.stop(execution);
		},
	};
};
