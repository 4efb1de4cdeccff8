import type { Browser } from 'playwright-core';
import type { Check } from './check';
import type { Credential } from './connectRest';
import { createHands, type Hands } from './editorHands';
import { chain, executeAndWait, flowscaleNode, manualNode, triggerNode } from './flowscaleNode';
import { openBrowser, openEditor } from './openBrowser';
import { deepEqual, equal, match, ok, sleep } from './platform';
import { credentialsOf } from './playExample';
import { readExamples } from './readExamples';
import type { Stage } from './stage';
import { afterNode, withWireBack } from './suspendedWorkflows';

const textToImage = '550e8400-e29b-41d4-a716-446655440000';
const slow = 'ee871c99-7b84-4a0d-90af-ddff11dd9999';

const waitForHours = (credential: Credential) => {
	const parameters = executeAndWait(slow, { duration_10002: 3_600_000, text_51536: 'a lighthouse in the first light' }, { timeout: 7_200 });
	const state = { ...afterNode, parameters: { ...afterNode.parameters, jsonOutput: '={{ { state: $json.state } }}' } };
	return withWireBack(chain('Wait for hours', manualNode(), flowscaleNode(credential, { ...parameters, waitMode: 'suspended' }), state));
};

/** Examples that end while a person watches. */
const quick = ['text-to-image', 'batch-with-error-branch', 'image-to-image-and-video', 'scheduled-batch'];

/** What a person does and sees, in a real browser; one after the other on one page. */
export const editor = (stage: Stage): Check[] => {
	const { rest, flowscale, credential, addCredential } = stage;
	let browser: Browser;
	let hands: Hands;

	/** Imports an example, opens it, and gives the number of its nodes. */
	const openExample = async (name: string): Promise<number> => {
		const example = (await readExamples(credentialsOf(stage))).get(name);
		ok(example, 'the example is gone');
		const { id } = await rest.createWorkflow(example);
		await hands.openWorkflow(id);
		return example.nodes.filter(({ type }) => !type.endsWith('.stickyNote')).length;
	};

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

	const panel: Check = {
		name: 'the node is found in the nodes panel, with its operations, and added',
		run: async () => {
			browser = await openBrowser();
			hands = createHands(await openEditor(browser, stage), stage);
			await hands.newWorkflow();
			await hands.search('manual', /manual/i);
			await hands.choose(/manual/i);
			await hands.part('node-creator-plus-button').click();
			await hands.search('comfyui', 'Flowscale');
			await hands.search('flowscale', 'Flowscale');
			await hands.choose('Flowscale');
			await hands.part('item-iterator-item').filter({ hasText: 'Execute a workflow and wait' }).waitFor();
			await hands.picture('nodes-panel');
			await hands.choose('Execute a workflow and wait');
			await hands.part('ndv').waitFor();
		},
	};

	const onCanvas: Check[] = [
		{
			name: 'a workflow is picked from the list, and its inputs are a form',
			run: async () => {
				await hands.part('rlc-input').click();
				await hands.part('rlc-item').first().waitFor();
				deepEqual(await hands.part('rlc-item').allInnerTexts(), flowscale.workflows.map(({ name }) => name).sort());
				await hands.part('rlc-item').filter({ hasText: 'Text to Image' }).click();
				await hands.part('parameter-input-text_51536').locator('input, textarea').fill('sunset over misty hills');
				await hands.part('parameter-input-seed_51537').locator('input').fill('7');
			},
		},
		{
			name: 'the step is executed, and its picture is seen',
			run: async () => {
				await hands.executeStep();
				await hands.output.getByTestId('ndv-binary-data_0').waitFor();
				await hands.widenOutput();
				await hands.output.getByTestId('ndv-view-binary-data').click();
				const image = hands.output.locator('img').last();
				await image.waitFor();
				equal(await image.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth > 0), true);
				await hands.picture('form-and-picture');
				equal(flowscale.runs.at(-1)?.inputs.text_51536, 'sunset over misty hills');
			},
		},
		...quick.map((name) => ({
			name: `${name}.json runs on the canvas`,
			run: async () => {
				const steps = await openExample(name);
				await hands.page.locator('[data-test-id^="execute-workflow-button"]').last().click();
				// The button's own node may be without a tick.
				await hands.part('canvas-node-status-success').nth(steps - 2).waitFor();
				await hands.fitCanvas();
				await hands.picture(`canvas-${name}`);
			},
		})),
		{
			name: 'the other examples open with all of their nodes known',
			run: async () => {
				for (const name of (await readExamples(credentialsOf(stage))).keys()) {
					if (quick.includes(name)) continue;
					const steps = await openExample(name);
					await hands.part('canvas-node').nth(steps - 1).waitFor();
					equal(await hands.page.getByText('Install this node').count(), 0);
					await hands.fitCanvas();
					await hands.picture(`canvas-${name}`);
				}
			},
		},
		{
			name: 'a wrong key is an error that says what to do',
			run: async () => {
				const { baseUrl } = flowscale;
				const wrong = await addCredential('Wrong key', { baseUrl, authentication: 'apiKey', apiKey: 'wrong' });
				const node = flowscaleNode(wrong, executeAndWait(textToImage, { text_51536: 'sunset' }));
				const { id } = await rest.createWorkflow(chain('wrong key', manualNode(), node));
				await hands.openWorkflow(id);
				await hands.openNode('Flowscale');
				await hands.executeStep();
				const message = hands.output.getByTestId('node-error-message');
				await message.waitFor();
				match(await message.innerText(), /key/i);
				ok((await hands.output.getByTestId('node-error-description').innerText()).length > 10, 'no description');
				await hands.picture('error');
			},
		},
		{
			name: 'the trigger fetches a test event: the newest run',
			run: async () => {
				const workflow = flowscale.workflows.find((one) => one.id === textToImage);
				const [newest] = flowscale.addRuns(1, { workflow, groupId: 'nightly', parts: [{ name: 'text_51536', value: 'a lighthouse in a storm' }] });
				const { id } = await rest.createWorkflow(chain('trigger', triggerNode(credential, { events: ['completed'] })));
				await hands.openWorkflow(id);
				await hands.openNode('Flowscale Trigger');
				await hands.executeStep();
				await hands.output.getByText(newest.id).first().waitFor();
				await hands.picture('trigger');
			},
		},
		{
			name: 'suspended waiting shows its two outputs by name and the wire back; while it waits, the node says what for',
			run: async () => {
				const { id } = await rest.createWorkflow(waitForHours(credential));
				await hands.openWorkflow(id);
				await hands.fitCanvas();
				const text = await hands.part('canvas').innerText();
				match(text, /Still Running/);
				match(text, /Done/);
				await hands.picture('suspended');
				await hands.page.locator('[data-test-id^="execute-workflow-button"]').last().click();
				const execution = await untilWaiting(id);
				await hands.openNode('Flowscale');
				await hands.output.getByText('The runs continue at Flowscale').waitFor();
				await hands.picture('suspended-waiting');
				await rest.stop(execution);
				await browser.close();
			},
		},
	];
	const withEvidence = ({ name, run }: Check): Check => ({
		name,
		run: async () =>
			await run().catch(async (error: Error) => {
				// Without a browser there is no screen either.
				const path = await Promise.resolve().then(async () => await hands.evidence(name)).catch(() => 'none');
				throw new Error(`${error.message}\nThe screen: ${path}`, { cause: error });
			}),
	});
	return [panel, ...onCanvas].map(withEvidence);
};
