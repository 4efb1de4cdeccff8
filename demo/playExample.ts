import { basename, fs } from '../simulator/platform';
import type { Flowscale } from '../simulator/flowscale/startFlowscale';
import { outputOf, runWorkflow, type WorkflowFile } from '../test/harness/runWorkflow';
import type { Engine } from '../test/harness/startEngine';
import { followRuns } from './followRuns';
import { type Saved, saveOutputs } from './saveOutputs';

/** What came out of one example workflow. */
export interface Played {
	example: string;
	title: string;
	seconds: number;
	/** Runs that were started at the service. */
	runs: number;
	files: Saved[];
	/** Items that left by an error output. */
	failed: number;
}

export interface Play {
	engine: Engine;
	flowscale: Flowscale;
	/** Path of the workflow as n8n exports it. */
	file: string;
	/** Folder for what comes out. */
	target: string;
	say(line: string): void;
}

/**
 * Runs an example as it stands, prints every step, and writes its outputs to a folder. @throws the
 * failing node's error
 */
export async function playExample({ engine, flowscale, file, target, say }: Play): Promise<Played> {
	const workflow = JSON.parse(await fs.readFile(file, 'utf8')) as WorkflowFile;
	const example = basename(file, '.json');
	say(`\n${example}.json  “${workflow.name ?? ''}”`);

	const from = Date.now();
	const runsBefore = flowscale.runs.length;
	const seconds = () => (Date.now() - from) / 1000;
	const print = (what: string) => say(`${seconds().toFixed(1).padStart(6)} s  ${what}`);
	const stopFollowing = followRuns(flowscale, print);
	const run = await runWorkflow(engine, workflow, [{ json: {} }], {
		executionId: example,
		onNodeEnd: (node, outputs) =>
			print(`${node}: ${outputs.map((items) => counted(items.length, 'item')).join(' and ')}`),
	}).finally(stopFollowing);
	if (run.data.resultData.error) throw run.data.resultData.error;

	const files = await saveOutputs(workflow, run, target);
	if (files.length === 0) throw new Error(`${example}.json made no file`);
	const failed = workflow.nodes
		.filter((node) => node.onError === 'continueErrorOutput')
		.flatMap(({ name }) => outputOf(run, name, 1)).length;
	return {
		example,
		title: workflow.name ?? example,
		seconds: seconds(),
		runs: flowscale.runs.length - runsBefore,
		files,
		failed,
	};
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
