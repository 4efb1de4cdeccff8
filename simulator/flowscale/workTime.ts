import type { FlowscaleOptions } from './flowscaleOptions';
import type { SimulatedRun } from './simulatedRun';

/** Work time in ms: what the run's input asks for, else the option. */
export const workTime = (runMs: FlowscaleOptions['runMs']) => (run: SimulatedRun) => {
	const wish = Number(run.inputs.duration_10002);
	if (run.inputs.duration_10002 !== undefined && Number.isFinite(wish)) return wish;
	return typeof runMs === 'function' ? runMs(run) : (runMs ?? 300);
};
