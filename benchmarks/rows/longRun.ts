import { createApi } from '../../nodes/Flowscale/api/api';
import type { Connection } from '../../nodes/Flowscale/api/connection';
import { createWatchService } from '../../nodes/Flowscale/runs/watching';
import type { Answer, Http } from '../../nodes/core/http/http';
import { createRun } from '../../nodes/core/runs/run';
import { connect } from '../../nodes/core/http/transport';
import { createWatcher } from '../../nodes/core/waiting/watcher';
import type { Measurement } from '../measurement';
import { executeLikeTheSdk } from '../rivals/sdk';
import { createSimulatedClock, type SimulatedClock } from '../simulatedClock';

const RUN_MS = 600_000;
const INTERVAL_MS = 2_000;
const START = 1;

/**
 * A service that answers at once and counts; its one run ends after ten minutes of the simulated
 * clock.
 */
function fakeHttp(clock: SimulatedClock): { http: Http; asked(): number } {
	const endsMs = clock.now() + RUN_MS;
	let asked = 0;
	const exchange = async ({ url }: { url: string }): Promise<Answer> => {
		asked++;
		if (url.includes('/runs/output')) return { status: 204, headers: {}, text: '' };
		const isOver = clock.now() >= endsMs;
		const data = {
			run_id: 'run',
			group_id: 'group',
			workflow_id: 'workflow',
			status: isOver ? 'completed' : 'running',
			output_names: ['image'],
			outputs: isOver ? [{ filename: 'image.png', url: 'http://files/image.png' }] : [],
		};
		return { status: 200, headers: {}, text: JSON.stringify({ status: 'success', data }) };
	};
	const open: Http['open'] = async () => ({
		code: 'ECONNREFUSED',
		reached: 'no',
		isRetryable: true,
		text: '',
	});
	return { http: { exchange, open, openPublic: open }, asked: () => asked };
}

async function requestsOfOurs(): Promise<number> {
	const clock = createSimulatedClock();
	const { http, asked } = fakeHttp(clock);
	const transport = connect({
		http,
		root: 'http://flowscale.invalid/api/v1',
		serviceName: 'Flowscale',
		clock,
		secrets: [],
		errorTextOf: () => undefined,
	});
	const connection: Connection = {
		api: createApi(transport),
		transport,
		http,
		isCertificateUnchecked: false,
		withoutKeys: (text) => text,
	};
	const watcher = createWatcher(
		createWatchService(connection),
		{ intervalMs: INTERVAL_MS, hasLiveEvents: false, unbegun: () => 0 },
		clock,
	);
	const run = { ...createRun({ status: 'queued', group_id: 'group' }), run_id: 'run' };
	await clock.passUntilDone(watcher.watch(run, Number.POSITIVE_INFINITY));
	return START + asked();
}

async function requestsOfTheSdk(): Promise<number> {
	const clock = createSimulatedClock();
	const endsMs = clock.now() + RUN_MS - INTERVAL_MS;
	let asked = 0;
	const counted = <T>(value: T) => {
		asked++;
		return value;
	};
	const work = executeLikeTheSdk({
		start: async () => counted('run'),
		poll: async () =>
			counted({ status: clock.now() >= endsMs ? 'completed' : 'running', names: ['image'] }),
		output: async () => counted('image'),
		sleep: async (ms) => await clock.pause(ms),
	});
	await clock.passUntilDone(work);
	return asked;
}

/**
 * The real watcher and the real Flowscale service over a counting stand-in for HTTP and a simulated
 * clock.
 */
export const longRun: Measurement = {
	repeats: 1,
	isStallForeign: true,
	rows: [
		{
			id: 'longRun',
			title: 'One run of 10 min (simulated clock), no event stream: requests',
			unit: '',
			bound: 100,
			digits: 0,
		},
		{
			id: 'sdkLongRun',
			title: 'Same by the SDK’s algorithm (it gives up at 10 min; here the run ends just before)',
			unit: '',
			digits: 0,
		},
	],
	measure: async () => ({ longRun: await requestsOfOurs(), sdkLongRun: await requestsOfTheSdk() }),
};
