import type { INodeProperties } from 'n8n-workflow';
import { executeAndWait as executeAndWaitOperation } from '../../nodes/Flowscale/operations/executeAndWait';
import type { Check } from './check';
import type { WorkflowNode } from './connectRest';
import type { Hands, Size } from './editorHands';
import { chain, executeAndWait, flowscaleNode, manualNode, placed } from './flowscaleNode';
import { deepEqual, ok } from './platform';
import type { Harness } from './stage';

const textToImage = '550e8400-e29b-41d4-a716-446655440000';

/** The collection of options of Execute and Wait. */
const optionsOfExecuteAndWait = executeAndWaitOperation.fields.flatMap(({ name, options = [] }) =>
	name === 'options' ? (options as INodeProperties[]) : [],
);
/** Each by its label, in the order on screen, with its parameter and default. */
const options: Record<string, [string, unknown]> = Object.fromEntries(
	optionsOfExecuteAndWait.map(({ displayName, name, default: usual }) => [
		displayName,
		[name, usual],
	]),
);

/** What the editor tells before anything was executed. */
export const fieldsOnScreen = (
	{ rest, credential, n8n }: Harness,
	handsNow: () => Hands,
): Check[] => {
	const open = async (name: string, size: Size, ...nodes: WorkflowNode[]): Promise<Hands> => {
		const hands = handsNow();
		const { id } = await rest.createWorkflow(chain(name, manualNode(), ...nodes));
		await hands.openWorkflow(id, size);
		return hands;
	};
	const posterNode = (given: Record<string, unknown> = {}) =>
		flowscaleNode(
			credential,
			executeAndWait(textToImage, { text_51536: 'a fox under red maples' }, given),
		);

	const allOptions: Check = {
		name: 'all options of Execute and Wait are there by their labels, none is left to add',
		run: async () => {
			const hands = await open(
				'Poster',
				[1440, 2100],
				posterNode(Object.fromEntries(Object.values(options))),
			);
			await hands.openNode('Flowscale');
			await hands.evenPanels();
			const form = hands.part('node-parameters');
			const label = form.getByText('Options', { exact: true });
			await label.waitFor();
			const text = await form.innerText();
			const shown = text
				.slice(text.indexOf('\nOptions'))
				.split('\n')
				.filter((line) => line in options);
			deepEqual(shown, Object.keys(options));
			ok(!/Add option/i.test(text), 'there are more options than these');
			const [top, bottom, { x, width }] = await Promise.all([
				hands.boxOf(label),
				hands.boxOf(hands.part('parameter-input-timeout').last()),
				hands.boxOf(form),
			]);
			await hands.picture('workflow-options', {
				x,
				width,
				y: top.y - 8,
				height: bottom.y + bottom.height - top.y + 20,
			});
		},
	};
	const preview: Check = {
		name: 'the next node knows the fields before the first execution',
		run: async () => {
			const value = '={{ $json.outputs[0].filename }}';
			const parameters = {
				mode: 'manual',
				assignments: { assignments: [{ id: '1', name: 'file', type: 'string', value }] },
				options: {},
			};
			const next: WorkflowNode = {
				...placed(),
				name: 'Note the File',
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				parameters,
			};
			const hands = await open('Poster', [1280, 1080], posterNode(), next);
			await hands.openNode(next.name);
			await hands.evenPanels();
			const input = hands.part('ndv-input-panel');
			await input.getByText('Usually outputs the following fields').waitFor();
			for (const field of ['run_id', 'state', 'outputs[0]', 'file_size', 'error_message'])
				await input.getByText(field, { exact: true }).first().waitFor();
			const [panel, form] = await Promise.all([
				hands.boxOf(input),
				hands.boxOf(hands.part('node-parameters')),
			]);
			await hands.picture('fields-before-first-run', {
				x: panel.x,
				y: panel.y,
				width: form.x + form.width - panel.x,
				height: panel.height,
			});
		},
	};
	// The editor of n8n 1.x asks for such fields of n8n's own nodes only.
	return n8n.generation.name === 'n8n-2' ? [allOptions, preview] : [allOptions];
};
