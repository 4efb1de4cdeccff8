import { startFlowscale } from '../../simulator/flowscale/startFlowscale';
import { ask } from './ask';
import type { Check } from './check';
import type { WorkflowNode } from './connectRest';
import type { Hands, Size } from './editorHands';
import { chain, flowscaleNode, manualNode } from './flowscaleNode';
import { flowscalePackage } from './packages';
import { deepEqual, equal, match } from './platform';
import { credentialDataOf, type Harness } from './stage';

const textToImage = '550e8400-e29b-41d4-a716-446655440000';
const everything = 'bb54e966-4851-47da-8d7c-aaccbbaa6666';
const group = 'autumn-posters';
const minuteMs = 60_000;

const posters = [
	{ prompt: 'a fox under red maples', state: 'running' },
	{ prompt: 'morning haze over a lake', state: 'running' },
	{ prompt: 'lanterns in the rain', state: 'queued' },
	{ prompt: 'a lighthouse at dusk', state: 'failed' },
	{ prompt: 'the first snow on the pass', state: 'completed' },
] as const;

/**
 * What a person sees of the operations that look at runs, outputs and machines: fields filled in,
 * and what comes out.
 */
export const operationsOnScreen = (
	{ rest, flowscale, credential, addCredential }: Harness,
	handsNow: () => Hands,
): Check[] => {
	const workflowOf = (id: string) => flowscale.workflows.find((one) => one.id === id);

	/** Opens the node in a workflow of its own, on a screen of that size, and executes it. */
	const execute = async (name: string, node: WorkflowNode, size: Size): Promise<Hands> => {
		const hands = handsNow();
		const { id } = await rest.createWorkflow(chain(name, manualNode(), node));
		await hands.openWorkflow(id, size);
		await hands.openNode('Flowscale');
		await hands.widenOutput();
		await hands.executeStep();
		return hands;
	};
	const asTable = async ({ output }: Hands): Promise<string[]> => {
		await output.getByText('Table', { exact: true }).click();
		await output.locator('tbody tr').first().waitFor();
		return (await output.locator('tbody tr').allInnerTexts())
			.map((text) => text.trim())
			.filter((text) => text !== '');
	};

	return [
		{
			name: 'Run > Get Many lists the runs of a group that are not done, as a table',
			run: async () => {
				flowscale.addRuns(posters.length, (index) => {
					const { prompt, state } = posters[index];
					const createdAt = Date.now() - (index + 1) * minuteMs;
					const outputs = state === 'completed' ? undefined : { outputs: [] };
					return {
						workflow: workflowOf(textToImage),
						groupId: group,
						state,
						createdAt,
						parts: [{ name: 'text_51536', value: prompt }],
						inputs: { text_51536: prompt },
						...outputs,
					};
				});
				const filters = { groupId: group, status: ['running', 'queued', 'failed'] };
				const hands = await execute(
					'Open posters',
					flowscaleNode(credential, { resource: 'run', operation: 'getMany', filters }),
					[1340, 920],
				);
				const rows = await asTable(hands);
				equal(rows.length, 4);
				posters
					.slice(0, 4)
					.forEach(({ prompt, state }, index) =>
						match(rows[index], new RegExp(`${group}[^]*${state}[^]*${prompt}`)),
					);
				await hands.seeWhole(hands.output.locator('th').filter({ hasText: 'inputs' }));
				await hands.nodePicture('run-get-many');
			},
		},
		{
			name: 'Run > Get Outputs fetches the files of a run, each into its own field',
			run: async () => {
				const parts = [{ name: 'text_51536', value: posters[0].prompt }];
				const [run] = flowscale.addRuns(1, {
					workflow: workflowOf(everything),
					groupId: group,
					parts,
				});
				const hands = await execute(
					'Poster files',
					flowscaleNode(credential, {
						resource: 'run',
						operation: 'getOutputs',
						runId: { __rl: true, mode: 'id', value: run.id },
					}),
					[1560, 590],
				);
				// n8n counts items here and not files: all three have the same name.
				const files = hands.output.getByTestId('ndv-binary-data_0');
				await files.nth(2).waitFor();
				const cards = await files.allInnerTexts();
				deepEqual(
					cards.map((text) => /(\S+)\/\S+\s+File Size/.exec(text)?.[1]),
					['image', 'image', 'video'],
				);
				await hands.seeWhole(files.nth(2).locator('..'));
				await hands.nodePicture('run-get-outputs');
			},
		},
		{
			name: 'Output > Get shows the picture of that name',
			run: async () => {
				const [run] = flowscale.addRuns(1, {
					workflow: workflowOf(textToImage),
					parts: [{ name: 'text_51536', value: posters[3].prompt }],
				});
				const [filename] = run.outputs[0].files;
				const hands = await execute(
					'One poster',
					flowscaleNode(credential, { resource: 'output', operation: 'get', filename }),
					[1280, 620],
				);
				await hands.output.getByTestId('ndv-view-binary-data').click();
				await hands.seePicture();
				await hands.nodePicture('output-get');
			},
		},
		{
			name: 'Cluster > Get Health and Get Queue tell of each container, as tables',
			run: async () => {
				const farm = await startFlowscale({ containers: 3, runMs: 60 * minuteMs });
				const ownCredential = await addCredential(
					'Flowscale account',
					credentialDataOf(flowscalePackage, farm),
				);
				const start = async (prompt: string) => {
					const body = new FormData();
					body.set('text_51536', prompt);
					equal(
						(
							await ask(`${farm.baseUrl}/api/v1/runs?workflow_id=${textToImage}`, {
								method: 'POST',
								headers: { 'X-API-KEY': `${farm.apiKey}` },
								body,
							})
						).status,
						200,
					);
				};
				const poll = async (operation: string, size: Size) =>
					await execute(
						operation,
						flowscaleNode(ownCredential, { resource: 'cluster', operation }),
						size,
					);

				for (const { prompt } of posters.slice(0, 2)) await start(prompt);
				const health = await poll('getHealth', [1280, 480]);
				deepEqual(await asTable(health), [
					'container #1\trunning',
					'container #2\trunning',
					'container #3\tidle',
				]);
				await health.nodePicture('cluster-get-health');

				for (const { prompt } of [...posters.slice(2), posters[0]]) await start(prompt);
				const queue = await poll('getQueue', [1720, 480]);
				const rows = await asTable(queue);
				equal(rows.length, 3);
				for (const text of rows) match(text, /1\s+1$/);
				await queue.seeWhole(queue.output.locator('th').filter({ hasText: 'pending_count' }));
				await queue.nodePicture('cluster-get-queue');
				await farm.close();
				// The editor gives a new node the newest credential, and this one leads nowhere by now.
				await rest.removeCredential(ownCredential);
			},
		},
	];
};
