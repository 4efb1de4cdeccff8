import type { Check } from './check';
import type { Hands } from './editorHands';
import { chain, executeAndWait, flowscaleNode, manualNode } from './flowscaleNode';
import { equal, match } from './platform';
import type { Stage } from './stage';

const textToImage = '550e8400-e29b-41d4-a716-446655440000';
const slow = 'ee871c99-7b84-4a0d-90af-ddff11dd9999';
const prompts = ['a harbour at dawn', 'an orchard in the snow', 'a market under lanterns', 'a road through dunes', 'an attic full of clocks'];

/** What a person sees of the operations that look around, each with its picture for the page of its resource. */
export const operationsOnScreen = ({ rest, flowscale, credential }: Stage, handsNow: () => Hands): Check[] => {
	const workflow = flowscale.workflows.find(({ id }) => id === textToImage);

	/** Opens the node with these parameters in a workflow of its own. */
	const openWith = async (parameters: Record<string, unknown>): Promise<Hands> => {
		const hands = handsNow();
		const { id } = await rest.createWorkflow(chain(`${parameters.resource} ${parameters.operation}`, manualNode(), flowscaleNode(credential, parameters)));
		await hands.openWorkflow(id);
		await hands.openNode('Flowscale');
		await hands.part('ndv').waitFor();
		return hands;
	};
	const startSlow = async (): Promise<string> => {
		const form = new FormData();
		form.append('duration_10002', '600000');
		const answer = await fetch(`${flowscale.baseUrl}/api/v1/runs?workflow_id=${slow}`, { method: 'POST', headers: { 'X-API-KEY': flowscale.apiKey ?? '' }, body: form });
		equal(answer.status, 200);
		return flowscale.runs[flowscale.runs.length - 1].id;
	};

	return [
		{
			name: 'Run > Get Many lists the runs that pass its filters',
			run: async () => {
				flowscale.addRuns(prompts.length, (index) => ({ workflow, groupId: 'autumn', parts: [{ name: 'text_51536', value: prompts[index] }], state: index === 3 ? 'failed' : 'completed' }));
				const hands = await openWith({ resource: 'run', operation: 'getMany', filters: { groupId: 'autumn', status: ['succeeded'] }, options: { sortOrder: 'asc' } });
				await hands.executeStep();
				await hands.output.getByText(`${prompts.length - 1} items`).waitFor();
				await hands.showOutputAs('schema');
				await hands.output.getByText(prompts[0]).first().waitFor();
				await hands.widenOutput();
				await hands.picture('run-get-many');
			},
		},
		{
			name: 'Output > Get brings a file by its name',
			run: async () => {
				const [{ outputs }] = flowscale.addRuns(1, { workflow, groupId: 'autumn', parts: [{ name: 'text_51536', value: prompts[2] }] });
				const hands = await openWith({ resource: 'output', operation: 'get', filename: outputs[0].files[0] });
				await hands.executeStep();
				await hands.output.getByTestId('ndv-view-binary-data').click();
				await hands.output.locator('img').last().waitFor();
				await hands.widenOutput();
				await hands.picture('output-get');
			},
		},
		{
			name: 'Cluster > Get Queue tells what each container does',
			run: async () => {
				const started = [await startSlow(), await startSlow(), await startSlow()];
				const hands = await openWith({ resource: 'cluster', operation: 'getQueue' });
				await hands.executeStep();
				await hands.showOutputAs('table');
				await hands.widenOutput();
				for (const id of started) match(await hands.output.innerText(), new RegExp(id.slice(0, 8)));
				await hands.picture('cluster-get-queue');
				for (const id of started) flowscale.finish(id, 'cancelled');
			},
		},
		{
			name: 'all options of Execute and Wait can be added, and say what they are',
			run: async () => {
				const options = { cancelRemote: 'onStopOrTimeout', maxConcurrent: 20, maxFileSize: 50, onFailedRun: 'item', outputItems: 'perOutput', timeout: 3_600 };
				const hands = await openWith(executeAndWait(textToImage, { text_51536: prompts[0] }, options));
				await hands.executeStep();
				await hands.output.getByTestId('ndv-binary-data_0').waitFor();
				for (const label of ['Cancel Remote Run', 'Max Concurrent Runs', 'Max File Size (MB)', 'On Failed Run', 'Output Items', 'Timeout (Seconds)', 'Add option'])
					await hands.page.getByText(label, { exact: true }).last().scrollIntoViewIfNeeded();
				await hands.picture('options');
			},
		},
	];
};
