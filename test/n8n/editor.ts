import type { Browser } from 'playwright-core';
import type { Check } from './check';
import { examplesOnCanvas } from './editorExamples';
import { fieldsOnScreen } from './editorFields';
import { formOnScreen } from './editorForm';
import { createHands, type Hands } from './editorHands';
import { operationsOnScreen } from './editorOperations';
import { isRenewing, noteOrigin } from './editorPictures';
import { showcaseOnScreen } from './editorShowcase';
import { suspendedOnScreen } from './editorSuspended';
import { chain, executeAndWait, flowscaleNode, manualNode, triggerNode } from './flowscaleNode';
import { openBrowser, openEditor } from './openBrowser';
import { deepEqual, doesNotMatch, equal, ok } from './platform';
import type { Harness } from './stage';

const textToImage = '550e8400-e29b-41d4-a716-446655440000';

/** What a person does and sees, in a real browser; one after the other on one page. */
export const editor = (harness: Harness): Check[] => {
	const { rest, flowscale, credential, addCredential } = harness;
	let browser: Browser;
	let hands: Hands;
	let failures = 0;

	const panel: Check = {
		name: 'the node is found in the nodes panel, with its operations, and added',
		run: async () => {
			browser = await openBrowser();
			hands = createHands(await openEditor(browser, harness), harness);
			await hands.resize([1280, 930]);
			await hands.newWorkflow();
			await hands.search('manual', /manual/i);
			await hands.choose(/manual/i);
			await hands.part('node-creator-plus-button').click();
			await hands.search('comfyui', 'Flowscale');
			await hands.search('flowscale', 'Flowscale');
			await hands.choose('Flowscale');
			await hands
				.part('item-iterator-item')
				.filter({ hasText: 'Run a workflow and wait' })
				.waitFor();
			await hands.picture('nodes-panel');
			await hands.choose('Run a workflow and wait');
			await hands.part('ndv').waitFor();
			// A fresh node: it asks for its workflow and for nothing else, and shows no error.
			const form = hands.part('node-parameters');
			await form.getByText('Workflow', { exact: true }).last().waitFor();
			await hands.page.waitForTimeout(2_000);
			const text = await form.innerText();
			for (const hidden of ['Inputs', 'Specify Inputs', 'Files'])
				ok(!text.split('\n').includes(hidden), `a fresh node shows ${hidden}`);
			doesNotMatch(text, /No inputs are known|error|could not/i);
			await hands.sketch('fresh-node');
		},
	};

	const onCanvas: Check[] = [
		{
			name: 'a workflow is picked from the list, and its inputs are a form',
			run: async () => {
				await hands.part('rlc-input').click();
				await hands.part('rlc-item').first().waitFor();
				deepEqual(
					await hands.part('rlc-item').allInnerTexts(),
					flowscale.workflows.map(({ name }) => name).sort(),
				);
				await hands.part('rlc-item').filter({ hasText: 'Text to Image' }).click();
				await hands
					.part('parameter-input-text_51536')
					.locator('input, textarea')
					.fill('sunset over misty hills');
				await hands.part('parameter-input-seed_51537').locator('input').fill('7');
			},
		},
		{
			name: 'the step is executed, and its picture is seen',
			run: async () => {
				await hands.executeStep();
				await hands.output.getByTestId('ndv-binary-data_0').waitFor();
				await hands.resize([1280, 822]);
				await hands.widenOutput();
				await hands.output.getByTestId('ndv-view-binary-data').click();
				await hands.seePicture();
				await hands.nodePicture('form-and-picture');
				equal(flowscale.runs.at(-1)?.inputs.text_51536, 'sunset over misty hills');
			},
		},
		...examplesOnCanvas(harness, () => hands),
		{
			name: 'a wrong key is an error that says what to do',
			run: async () => {
				const { baseUrl } = flowscale;
				const wrong = await addCredential('Wrong key', {
					baseUrl,
					authentication: 'apiKey',
					apiKey: 'wrong',
				});
				const node = flowscaleNode(wrong, executeAndWait(textToImage, { text_51536: 'sunset' }));
				const { id } = await rest.createWorkflow(chain('wrong key', manualNode(), node));
				await hands.openWorkflow(id, [1280, 744]);
				await hands.openNode('Flowscale');
				await hands.widenOutput();
				await hands.executeStep();
				const message = hands.output.getByTestId('node-error-message');
				await message.waitFor();
				equal(await message.innerText(), 'Flowscale answered HTTP 401: Invalid API key');
				equal(
					await hands.output.getByTestId('node-error-description').innerText(),
					'Check the API key in the credential: it is in Project Settings > API Settings of the deployment’s project.',
				);
				await hands.nodePicture('error');
				// The editor gives a new node the newest credential: the wrong one must not stay for the
				// checks that follow.
				await rest.removeCredential(wrong);
			},
		},
		{
			name: 'the trigger fetches a test event: the newest run',
			run: async () => {
				const workflow = flowscale.workflows.find((one) => one.id === textToImage);
				const [newest] = flowscale.addRuns(1, {
					workflow,
					groupId: 'nightly',
					parts: [{ name: 'text_51536', value: 'a lighthouse in a storm' }],
				});
				const { id } = await rest.createWorkflow(
					chain('trigger', triggerNode(credential, { events: ['completed'] })),
				);
				await hands.openWorkflow(id, [1280, 782]);
				await hands.openNode('Flowscale Trigger');
				await hands.widenOutput();
				await hands.executeStep();
				await hands.output.getByText('Schema', { exact: true }).click();
				await hands.output.getByText(newest.id).first().waitFor();
				await hands.nodePicture('trigger');
			},
		},
		...formOnScreen(harness, () => hands),
		...showcaseOnScreen(harness, () => hands),
		...fieldsOnScreen(harness, () => hands),
		...operationsOnScreen(harness, () => hands),
		suspendedOnScreen(harness, () => hands),
		...(isRenewing(harness.n8n.generation)
			? [
					noteOrigin(
						() => hands.taken,
						() => failures,
					),
				]
			: []),
	];
	const withEvidence = ({ name, run }: Check): Check => ({
		name,
		run: async () =>
			await run().catch(async (error: Error) => {
				failures += 1;
				// Without a browser there is no screen either.
				const path = await Promise.resolve()
					.then(async () => await hands.evidence(name))
					.catch(() => 'none');
				throw new Error(`${error.message}\nThe screen: ${path}`, { cause: error });
			}),
	});
	const checks = [panel, ...onCanvas].map(withEvidence);
	const [last] = checks.splice(-1);
	return [
		...checks,
		{ ...last, run: async () => await last.run().finally(async () => await browser.close()) },
	];
};
