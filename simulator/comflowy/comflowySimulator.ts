import type { Sibling } from '../sibling';
import { comflowyWorkflows } from './comflowyRun';
import { startComflowy } from './startComflowy';

/** A Comflowy to paste into n8n. */
export const comflowySimulator: Sibling = {
	title: 'Comflowy',
	port: 8190,
	workflows: Object.values(comflowyWorkflows).map(({ id, name, params }) => [
		id,
		`${name.padEnd(15)} ${params.join(', ')}`,
	]),
	start: async (options) =>
		await startComflowy({ ...options, runMs: 4000, seed: Date.now() % 2 ** 31 }),
};
