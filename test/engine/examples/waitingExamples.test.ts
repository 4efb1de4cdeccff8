import type { IRun } from 'n8n-workflow';
import { fs, join, projectDir } from '../../../simulator/platform';
import type { SimulatedRun } from '../../../simulator/flowscale/startFlowscale';
import { addCoreNodes } from '../../harness/coreNodes';
import {
	outputOf,
	resumeWorkflow,
	runWorkflow,
	type WorkflowFile,
} from '../../harness/runWorkflow';
import { bytesOf, linksOf, madeBy, until, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const read = async (file: string) =>
	JSON.parse(await fs.readFile(join(projectDir, 'examples', file), 'utf8')) as WorkflowFile;
const picturesOf = async (run: IRun) =>
	await Promise.all(
		outputOf(run, 'Use the Pictures').map(async ({ json, binary }) => [
			json.run_id,
			await bytesOf(binary?.data),
		]),
	);
const made = async (runs: SimulatedRun[]) =>
	await Promise.all(runs.map(async (run) => [run.id, await madeBy(run)]));
const wishes = ({ inputs }: SimulatedRun) => [inputs.text_51536, inputs.duration_10002];

afterEach(() => jest.restoreAllMocks());

it('long-run-loop.json looks again at what is still going, fetches what succeeded and reports what failed', async () => {
	const { engine, flowscale } = await harness();
	addCoreNodes(engine);
	const file = await read('long-run-loop.json');
	const first = await runWorkflow(engine, file, [{ json: {} }]);
	expect(first.status).toBe('waiting');
	expect(first.waitTill!.getTime() - Date.now()).toBeGreaterThan(65_000);
	expect(flowscale.runs.map(wishes)).toEqual([
		['clouds over a mountain lake', '30000'],
		['the same lake at night', '100000'],
	]);
	const [lake, night] = flowscale.runs;

	flowscale.finish(lake.id);
	const second = await resumeWorkflow(engine, file, first.data);
	expect(second.status).toBe('waiting');
	expect(await picturesOf(second)).toEqual(await made([lake]));
	expect(linksOf(outputOf(second, 'Fetch the Outputs'))).toEqual([{ item: 0 }]);
	expect(outputOf(second, 'Report the Failure')).toEqual([]);

	flowscale.finish(night.id, 'failed', { errorText: 'CUDA out of memory' });
	const third = await resumeWorkflow(engine, file, second.data);
	expect(third.status).toBe('success');
	expect(
		outputOf(third, 'Report the Failure').map(({ json, pairedItem }) => [json, pairedItem]),
	).toEqual([
		[
			{
				prompt: 'the same lake at night',
				run_id: night.id,
				state: 'failed',
				reason: 'CUDA out of memory',
			},
			{ item: 0 },
		],
	]);
	expect(await picturesOf(third)).toEqual(await made([lake]));
	expect(flowscale.runs).toHaveLength(2);
});

it('suspended-wait.json is suspended after a minute, resumes by itself, and ends with all pictures', async () => {
	const { engine, flowscale } = await harness();
	addCoreNodes(engine);
	const file = await read('suspended-wait.json');
	const running = runWorkflow(engine, file, [{ json: {} }]);
	await until(() => flowscale.runs.length === 2);
	const [morning, storm] = flowscale.runs;
	expect([morning, storm].map(wishes)).toEqual([
		['a lighthouse in the first light', '20000'],
		['the lighthouse in a storm', '90000'],
	]);
	flowscale.finish(morning.id);
	const now = Date.now;
	jest.spyOn(Date, 'now').mockImplementation(() => now() + 61_000);
	const first = await running;
	expect(first.status).toBe('waiting');
	expect(outputOf(first, 'Use the Pictures')).toEqual([]);

	flowscale.finish(storm.id);
	const second = await resumeWorkflow(engine, file, first.data);
	expect(second.status).toBe('success');
	expect(await picturesOf(second)).toEqual(await made([morning, storm]));
	expect(linksOf(outputOf(second, 'Use the Pictures'))).toEqual([{ item: 0 }, { item: 1 }]);
	expect(flowscale.runs).toHaveLength(2);
});
