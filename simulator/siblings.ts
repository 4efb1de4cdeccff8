import { comflowyWorkflows } from './comflowy/comflowyRun';
import { startComflowy } from './comflowy/startComflowy';
import { flowAiWorkflows } from './flowai/flowAiWorkflow';
import { startFlowAi } from './flowai/startFlowAi';
import type { JournalEntry } from './journal';
import { parseArgs } from './platform';

export interface SiblingOptions {
	port: number;
	onAnswer?(entry: JournalEntry): void;
}

export interface Sibling {
	title: string;
	port: number;
	/** What it runs: ids, with a few words each. */
	workflows: Array<[id: string, words: string]>;
	start(
		options: SiblingOptions,
	): Promise<{ baseUrl: string; apiKey: string; close(): Promise<void> }>;
}

/** The services of the sibling packages: `npm run simulator -- comflowy`. */
export const siblings: Record<string, Sibling> = {
	comflowy: {
		title: 'Comflowy',
		port: 8190,
		workflows: Object.values(comflowyWorkflows).map(({ id, name, params }) => [
			id,
			`${name.padEnd(15)} ${params.join(', ')}`,
		]),
		start: async (options) =>
			await startComflowy({ ...options, runMs: 4000, seed: Date.now() % 2 ** 31 }),
	},
	flowai: {
		title: 'FlowAI',
		port: 8191,
		workflows: Object.entries(flowAiWorkflows).map(([name, { id }]) => [id, name]),
		start: async (options) => await startFlowAi({ ...options, pieceMs: 150 }),
	},
};

/** The sibling that a command line begins with, if it does; throws for a switch that is none. */
export function readSibling([name, ...args]: readonly string[]):
	| { sibling: Sibling; port: number; isJson: boolean }
	| undefined {
	if (name === undefined || !Object.hasOwn(siblings, name)) return undefined;
	const { values } = parseArgs({
		args,
		options: { port: { type: 'string' }, json: { type: 'boolean', default: false } },
	});
	const port = Number(values.port ?? (values.json ? 0 : siblings[name].port));
	if (!Number.isInteger(port)) throw new Error(`--port needs a number, not "${values.port}"`);
	return { sibling: siblings[name], port, isJson: values.json };
}
