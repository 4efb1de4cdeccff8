import type { INode, IRun } from 'n8n-workflow';
import {
	type Harness,
	type HarnessOptions,
	ownPrompt,
	quick,
	startOf,
	two,
	until,
	useHarness,
} from '../../harness/useHarness';

const harness = useHarness();

/** Stops the execution as soon as `when` holds. */
async function stopped(
	prepare: (made: Harness) => INode | INode[],
	when: (made: Harness) => boolean,
	options: HarnessOptions = {},
) {
	const made = await harness({ runMs: 60_000, ...options });
	const nodes = prepare(made);
	let stop = () => {};
	const ended: Promise<IRun> = made.run(nodes, [two[0]], {
		onStart: (execution) => (stop = () => execution.cancel()),
	});
	await until(() => when(made));
	const stoppedMs = Date.now();
	stop();
	const run = await ended;
	return { ...made, run, tookMs: Date.now() - stoppedMs };
}

const wait = (made: Harness, more: INode['parameters'] = {}) =>
	made.node('workflow.executeAndWait', { ...startOf('image', ownPrompt, quick), ...more });

test('Stop during an upload cancels at once, and starts nothing', async () => {
	const photo = {
		bytes: Buffer.alloc(40_000_000, 'fox'),
		fileName: 'fox.png',
		mimeType: 'image/png',
	};
	const { run, tookMs, flowscale } = await stopped(
		(made) => {
			made.flowscale.fault({ on: 'startRun', kind: 'stallUpload', bytes: 1_000_000 });
			return [
				made.files([{ photo }]),
				made.node('workflow.execute', {
					...startOf('retouch', { prompt_68667: 'sharper' }, {}),
					files: { file: [{ parameter: 'image_22068', binaryField: 'photo' }] },
				}),
			];
		},
		({ requests }) => requests('startRun') === 1,
	);
	expect(run.status).toBe('canceled');
	expect(tookMs).toBeLessThan(2_000);
	expect(flowscale.runs).toHaveLength(0);
}, 30_000);

test('Stop while a lost start is looked for cancels at once, and the run that is found', async () => {
	const { run, tookMs, flowscale } = await stopped(
		(made) => {
			made.flowscale.fault({ on: 'startRun', kind: 'resetAfter' });
			made.flowscale.fault({ on: 'listRuns', kind: 'noContent', times: 2 });
			return wait(made);
		},
		({ requests }) => requests('listRuns') >= 1,
	);
	expect(run.status).toBe('canceled');
	expect(tookMs).toBeLessThan(900);
	await until(() => flowscale.runs[0].state === 'cancelled', 20_000);
}, 40_000);

test('Stop while starts are held back ends them at once', async () => {
	const { run, tookMs, flowscale, requests } = await stopped(
		(made) => wait(made),
		({ requests: count }) => count('startRun') >= 3,
		{ runsAtATime: 0 },
	);
	expect(run.status).toBe('canceled');
	expect(tookMs).toBeLessThan(900);
	const sent = requests('startRun');
	await until(() => true);
	expect([flowscale.runs.length, requests('startRun')]).toEqual([0, sent]);
}, 30_000);
