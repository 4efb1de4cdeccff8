import type { ChildFigures } from '../childTasks';
import type { Measurement } from '../measurement';
import { openSimulator } from '../../simulator/openSimulator';
import { askChild } from '../askChild';

const WAIT_MS = 30_000;

/** CPU seconds of a process that waits, over one that has the same loaded and sits as long. */
export const idleWait: Measurement = {
	isSideBySide: true,
	rows: [
		{
			id: 'waitCpu',
			title: 'CPU time for a wait of 30 s, event stream: above an idle process',
			unit: 's',
			bound: 0.5,
			digits: 2,
		},
		{
			id: 'pollCpu',
			title: 'CPU time for a wait of 30 s, polling only: above an idle process',
			unit: 's',
			bound: 0.5,
			digits: 2,
		},
	],
	measure: async () => {
		const simulator = await openSimulator('--containers', '8');
		const { baseUrl, apiKey } = simulator;
		const ask = async (task: string, liveEvents: boolean) =>
			(await askChild<ChildFigures>(task, { baseUrl, apiKey, ms: WAIT_MS, liveEvents })).cpuMs /
			1000;
		const [idle, stream, poll] = await Promise.all([
			ask('idleCpu', false),
			ask('waitCpu', true),
			ask('waitCpu', false),
		]);
		await simulator.close();
		return { waitCpu: stream - idle, pollCpu: poll - idle };
	},
};
