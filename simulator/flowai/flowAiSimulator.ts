import type { Sibling } from '../sibling';
import { flowAiWorkflows } from './flowAiWorkflow';
import { startFlowAi } from './startFlowAi';

/** A FlowAI to paste into n8n. */
export const flowAiSimulator: Sibling = {
	title: 'FlowAI',
	port: 8191,
	workflows: Object.entries(flowAiWorkflows).map(([name, { id }]) => [id, name]),
	start: async (options) => await startFlowAi({ ...options, pieceMs: 150 }),
};
