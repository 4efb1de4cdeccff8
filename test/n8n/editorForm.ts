import type { Check } from './check';
import type { Credential } from './connectRest';
import type { Hands } from './editorHands';
import { chain, executeAndWait, flowscaleNode, manualNode } from './flowscaleNode';
import { doesNotMatch, equal, match, ok } from './platform';
import type { Harness } from './stage';
import { startModel } from './startModel';
import { agentWorkflow } from './tool';

const textToImage = '550e8400-e29b-41d4-a716-446655440000';
/** A failed form is reported within this time, and the editor needs its own. */
const formMs = 25_000;

const execute = (workflowId: object) => ({
	resource: 'workflow',
	operation: 'executeAndWait',
	workflowId,
	inputMode: 'fields',
});
const chosen = { __rl: true, mode: 'id', value: textToImage };

/** What a fresh node shows, and what the form says when it cannot be built. */
export const formOnScreen = (harness: Harness, handsNow: () => Hands): Check[] => {
	const { rest, credential, flowscale, addCredential } = harness;
	const open = async (
		name: string,
		parameters: Record<string, unknown>,
		account: Credential = credential,
	) => {
		const hands = handsNow();
		const { id } = await rest.createWorkflow(
			chain(name, manualNode(), flowscaleNode(account, parameters)),
		);
		await hands.openWorkflow(id);
		await hands.openNode('Flowscale');
		return hands;
	};
	const formText = async () => await handsNow().part('node-parameters').innerText();
	/** A credential that does not work; it must not stay for the checks that follow. */
	const withWrong = async (data: object, task: (wrong: Credential) => Promise<void>) => {
		const { baseUrl, apiKey } = flowscale;
		const wrong = await addCredential('Flowscale account', {
			baseUrl,
			apiKey,
			authentication: 'apiKey',
			...data,
		});
		await task(wrong).finally(async () => await rest.removeCredential(wrong));
	};
	const failedForm = (what: string, data: object, words: RegExp): Check => ({
		name: `${what} is said in the form`,
		run: async () =>
			await withWrong(data, async (wrong) => {
				const hands = await open(what, execute(chosen), wrong);
				await hands.part('node-parameters').getByText(words).first().waitFor({ timeout: formMs });
				doesNotMatch(await formText(), /No inputs are known/);
				await hands.sketch(`form-${what.replaceAll(' ', '-')}`);
			}),
	});

	return [
		{
			name: 'a workflow by expression shows a calm notice instead of an error',
			run: async () => {
				const hands = await open(
					'expression',
					execute({ __rl: true, mode: 'id', value: '={{ $json.workflow }}' }),
				);
				await hands.part('node-parameters').getByText('Specify Inputs').waitFor();
				await hands.page.waitForTimeout(2_000);
				const text = await formText();
				doesNotMatch(text, /could not|failed|No inputs are known|Column/i);
				await hands.sketch('form-expression');
			},
		},
		failedForm('a wrong key', { apiKey: 'wrong' }, /HTTP 401: Invalid API key/),
		failedForm('a dead host', { baseUrl: 'http://127.0.0.1:9' }, /connection was refused/),
		{
			name: 'a run is chosen from the list of the newest runs, with workflow, state and time',
			run: async () => {
				// n8n offers the list once the field is switched from Expression to Fixed.
				const runId = { __rl: true, mode: 'list', value: '' };
				const hands = await open('run', { resource: 'run', operation: 'get', runId });
				await hands.part('rlc-input').first().click();
				const first = hands.part('rlc-item').first();
				await first.waitFor();
				match(await first.innerText(), /^.+ · (queued|running|succeeded|failed|cancelled) · /);
				await hands.sketch('run-list');
			},
		},
		{
			name: 'the end of a batch is summed up beside its items',
			run: async () => {
				const rows = {
					...manualNode(),
					name: 'Rows',
					type: 'n8n-nodes-base.set',
					typeVersion: 3.4,
					parameters: { mode: 'raw', jsonOutput: '{ "rows": [1, 2, 3] }', options: {} },
				};
				const split = {
					...manualNode(),
					name: 'Split',
					type: 'n8n-nodes-base.splitOut',
					typeVersion: 1,
					parameters: { fieldToSplitOut: 'rows', options: {} },
				};
				const node = flowscaleNode(
					credential,
					executeAndWait(textToImage, { text_51536: 'a fox' }, { onFailedRun: 'item' }),
				);
				const { id } = await rest.createWorkflow(chain('batch', manualNode(), rows, split, node));
				const hands = handsNow();
				await hands.openWorkflow(id);
				await hands.page.locator('[data-test-id^="execute-workflow-button"]').last().click();
				await hands.part('canvas-node-status-success').nth(2).waitFor();
				await hands.openNode('Flowscale');
				await hands.output.getByText(/3 of 3 runs succeeded/).waitFor();
				await hands.sketch('batch-end');
			},
		},
		{
			name: 'as an agent’s tool the node hides what a tool cannot use',
			run: async () => {
				const model = await startModel({ prompt: 'a lake' });
				try {
					const openAi = await rest.createCredential('model', 'openAiApi', {
						apiKey: 'unused',
						url: model.baseUrl,
					});
					const { id } = await rest.createWorkflow(
						agentWorkflow({
							path: 'tool-form',
							agentVersion: 2.2,
							openAi,
							flowscale: credential,
							parameters: { inputMode: 'fields', workflowId: chosen },
						}),
					);
					const hands = handsNow();
					await hands.openWorkflow(id);
					await hands.openNode('Flowscale');
					await hands.part('node-parameters').getByText('Specify Inputs').waitFor();
					const lines = (await formText()).split('\n').map((line) => line.trim());
					for (const label of ['Wait Mode', 'Files', 'Simplify'])
						ok(!lines.includes(label), `a tool shows ${label}`);
					ok(lines.includes('Output'), 'a tool has no field Output');
					await hands.sketch('tool');
				} finally {
					model.close();
				}
			},
		},
		{
			name: 'in the dark theme and on 1024 × 700 the form is filled in and the step executed',
			run: async () => {
				const hands = handsNow();
				const before = flowscale.runs.length;
				await hands.page.evaluate(`localStorage.setItem('N8N_THEME', 'dark')`);
				try {
					const { id } = await rest.createWorkflow(
						chain('dark', manualNode(), flowscaleNode(credential, execute(chosen))),
					);
					await hands.openWorkflow(id, [1024, 700]);
					await hands.sketch('dark-canvas');
					await hands.openNode('Flowscale');
					const field = hands.part('parameter-input-text_51536').locator('input, textarea');
					await field.fill('a harbour at night');
					await hands.executeStep();
					await hands.output.getByTestId('ndv-binary-data_0').waitFor();
					await hands.sketch('dark-form');
					equal(flowscale.runs.at(-1)?.inputs.text_51536, 'a harbour at night');
					equal(flowscale.runs.length, before + 1);
				} finally {
					await hands.page.evaluate(`localStorage.removeItem('N8N_THEME')`);
				}
			},
		},
	];
};
