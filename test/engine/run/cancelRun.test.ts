import { startTimer } from '../../../simulator/platform';
import { useHarness } from '../../harness/useHarness';

const harness = useHarness();
const accepted = '{"status":"success","data":"Run cancelled successfully"}';

/** A deployment that accepts cancels and does nothing about them, and two of its runs. */
async function withDeafService() {
	const made = await harness();
	const runs = made.flowscale.addRuns(2, { state: 'running', completedAt: null });
	made.flowscale.fault({ on: 'cancelRun', kind: 'status', status: 200, body: accepted, times: 9 });
	const named = runs.map(({ id }) => ({ json: { id } }));
	return { ...made, runs, named };
}

test('a run that completes although its cancel was accepted is not called cancelled', async () => {
	const { node, items, runs, named, flowscale } = await withDeafService();
	startTimer(100, () => runs.forEach(({ id }) => flowscale.finish(id)));
	const got = await items(node('run.cancel', { runId: '={{ $json.id }}' }), named);
	expect(got).toEqual(
		runs.map(({ id }, item) => ({
			json: {
				run_id: id,
				cancelled: false,
				message: 'The run was not cancelled: it ended as succeeded',
			},
			pairedItem: { item },
		})),
	);
});

test('a run that is cancelled a moment after the cancel was accepted is called cancelled', async () => {
	const { node, items, runs, named, flowscale } = await withDeafService();
	startTimer(100, () => runs.forEach(({ id }) => flowscale.finish(id, 'cancelled')));
	const got = await items(node('run.cancel', { runId: '={{ $json.id }}' }), named);
	expect(got.map(({ json }) => json)).toEqual(
		runs.map(({ id }) => ({
			run_id: id,
			cancelled: true,
			message: 'Run cancelled successfully',
		})),
	);
});

test('cancelling an ended run never says that it was cancelled successfully', async () => {
	const { node, items, runs, named, flowscale } = await withDeafService();
	runs.forEach(({ id }, place) => flowscale.finish(id, place === 0 ? 'completed' : 'failed'));
	const got = await items(node('run.cancel', { runId: '={{ $json.id }}' }), named);
	expect(got.map(({ json }) => [json.cancelled, json.message])).toEqual([
		[false, 'The run was not cancelled: it ended as succeeded'],
		[false, 'The run was not cancelled: it ended as failed'],
	]);
});
