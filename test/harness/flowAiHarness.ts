import type { INodeParameters } from 'n8n-workflow';
import { flowAiWorkflows } from '../../simulator/flowai/flowAiWorkflow';
import { type FlowAi, type FlowAiOptions, startFlowAi } from '../../simulator/flowai/startFlowAi';
import { type SiblingParts, useSibling } from './useSibling';

export const flowAiParts: SiblingParts<FlowAi, FlowAiOptions> = {
	folder: 'n8n-nodes-flowai',
	type: 'flowAi',
	credential: 'flowAiApi',
	start: startFlowAi,
};

export const useFlowAi = () => useSibling(flowAiParts);

/** `workflow.execute` with the item's own prompt. */
export const asking = (
	workflow: keyof typeof flowAiWorkflows = 'chat',
	more: INodeParameters = {},
): INodeParameters => ({
	workflowId: flowAiWorkflows[workflow].id,
	inputs: { input: [{ name: 'input', value: '={{ $json.prompt }}' }] },
	...more,
});
