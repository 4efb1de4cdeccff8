import type { INodeParameters } from 'n8n-workflow';
import { comflowyWorkflows } from '../../simulator/comflowy/comflowyRun';
import {
	type Comflowy,
	type ComflowyOptions,
	startComflowy,
} from '../../simulator/comflowy/startComflowy';
import { quick } from './assertions';
import { type SiblingParts, useSibling } from './useSibling';

export const comflowyParts: SiblingParts<Comflowy, ComflowyOptions> = {
	folder: 'n8n-nodes-comflowy',
	type: 'comflowy',
	credential: 'comflowyApi',
	filledByN8n: { accessToken: '' },
	start: startComflowy,
};

export const useComflowy = () => useSibling(comflowyParts);

/** `workflow.execute…` with the item's own prompt. */
export const promptOf = (
	workflow: keyof typeof comflowyWorkflows = 'image',
	options: object = quick,
): INodeParameters => ({
	workflowId: comflowyWorkflows[workflow].id,
	params: { param: [{ name: '6::text', type: 'text', value: '={{ $json.prompt }}' }] },
	options: options as INodeParameters,
});
