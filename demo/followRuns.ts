import type { Flowscale, SimulatedRun } from '../simulator/flowscale/startFlowscale';
import { sleep } from '../simulator/platform';

const LOOK_MS = 50;

/**
 * Tells each change of each run from now on: queued, running, completed. The returned function ends
 * that.
 */
export function followRuns({ runs }: Flowscale, print: (what: string) => void): () => void {
	const first = runs.length;
	const received = new Map<SimulatedRun, SimulatedRun['state']>();
	let isOver = false;
	const poll = () => {
		runs.slice(first).forEach((run, index) => {
			if (received.get(run) === run.state) return;
			received.set(run, run.state);
			print(
				`  run ${index + 1} of “${run.workflow.name}” ${run.state.padEnd(9)}  ${subjectOf(run)}`.trimEnd(),
			);
		});
	};
	const follow = async () => {
		while (!isOver) {
			poll();
			await sleep(LOOK_MS);
		}
	};
	void follow();
	return () => {
		poll();
		isOver = true;
	};
}

/** The words that a run was given, or the file. */
function subjectOf({ inputs, files }: SimulatedRun): string {
	const words = Object.entries(inputs).find(([name]) => /^(text|prompt)_/.test(name))?.[1];
	return words ?? (files.length > 0 ? files[0].name : '');
}
