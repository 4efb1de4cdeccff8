import { comflowyWorkflows } from '../../../simulator/comflowy/comflowyRun';
import { flowAiWorkflows } from '../../../simulator/flowai/flowAiWorkflow';
import { useComflowy } from '../../harness/comflowyHarness';
import { useFlowAi } from '../../harness/flowAiHarness';

const comflowy = useComflowy();
const flowAi = useFlowAi();

/** A prompt with a line break that an expression puts into JSON. */
const broken = '={ "6::text": "{{ $json.prompt }}" }';
const prompts = [{ json: { prompt: 'a\nb' } }];
const place =
	'It breaks at line 1, character 16: a line break inside a text. Put values in with {{ JSON.stringify($json.text) }}, or choose Using Fields Below.';

test('Comflowy says where its JSON breaks, and sends nothing', async () => {
	const { node, error, service } = await comflowy();
	const parameters = {
		workflowId: comflowyWorkflows.image.id,
		inputMode: 'json',
		paramsJson: broken,
	};
	expect(await error(node('workflow.executeAndWait', parameters), prompts)).toMatchObject({
		message: 'Parameters (JSON) is not a JSON object',
		description: place,
	});
	expect(service.runs).toEqual([]);
});

test('FlowAI says where its JSON breaks, and sends nothing', async () => {
	const { node, error, service } = await flowAi();
	const parameters = {
		workflowId: flowAiWorkflows.chat.id,
		inputMode: 'json',
		inputsJson: broken,
	};
	expect(await error(node('workflow.execute', parameters), prompts)).toMatchObject({
		message: 'Inputs (JSON) is not a JSON object',
		description: place,
	});
	expect(service.journal).toEqual([]);
});

const nothing = "Invalid input for '6::text': its expression gives nothing for this item";
const advice =
	'Check the names in {{ $json.promt }}. If it may be empty, write {{ $json.promt ?? "" }}.';

/** How the value is written: in a text of the JSON, or as the value of a pair. */
const ways = (json: string, pairs: string, entry: string) =>
	[
		['in a text of its JSON', { inputMode: 'json', [json]: '={ "6::text": "{{ $json.promt }}" }' }],
		[
			'as the value of a pair',
			{ [pairs]: { [entry]: [{ name: '6::text', value: '={{ $json.promt }}' }] } },
		],
	] as const;

test.each(ways('paramsJson', 'params', 'param'))(
	'Comflowy refuses an expression that gives nothing, %s',
	async (_, given) => {
		const { node, error, service } = await comflowy();
		const parameters = { workflowId: comflowyWorkflows.image.id, ...given };
		expect(await error(node('workflow.executeAndWait', parameters), prompts)).toMatchObject({
			message: nothing,
			description: advice,
		});
		expect(service.runs).toEqual([]);
	},
);

test.each(ways('inputsJson', 'inputs', 'input'))(
	'FlowAI refuses an expression that gives nothing, %s',
	async (_, given) => {
		const { node, error, service } = await flowAi();
		const parameters = { workflowId: flowAiWorkflows.chat.id, ...given };
		expect(await error(node('workflow.execute', parameters), prompts)).toMatchObject({
			message: nothing,
			description: advice,
		});
		expect(service.journal).toEqual([]);
	},
);
