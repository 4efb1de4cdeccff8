import type { IExecuteFunctions, INode, INodeExecutionData, IRun } from 'n8n-workflow';
import { promptOf, useComflowy } from '../../harness/comflowyHarness';
import { useFastTime } from '../../harness/fastTime';
import { chain, connect, nodeOf, runWorkflow } from '../../harness/runWorkflow';
import { rows, taskOf } from '../../harness/storedTask';
import { NODE, type SiblingHarness } from '../../harness/useSibling';
import { startWaitingServer } from '../../harness/waitingServer';
import type { Comflowy } from '../../../simulator/comflowy/startComflowy';

const harness = useComflowy();
useFastTime(30);

const patient = { pollInterval: 0.1, timeout: 0 };

/** Start, the node, and one behind it. */
function flow(node: INode) {
	const file = chain(node);
	file.nodes.push(nodeOf('After', 'passThrough'));
	connect(file.connections, NODE, 0, 'After');
	return file;
}

/** The tasks of both nodes, with each run named after its item instead of its ID. */
function tasksOf({ service }: SiblingHarness<Comflowy>, run: IRun) {
	const itemOf = (params: Record<string, unknown>) => String(params['6::text']).split(' ').at(-1);
	let text = JSON.stringify([taskOf(run, NODE), taskOf(run, 'After')]);
	for (const { id, params } of service.runs)
		text = text.replaceAll(id, `the run of item ${itemOf(params)}`);
	return JSON.parse(text) as unknown;
}

/** Suspended, woken by n8n's timer `resumes - 1` times, and ended by the callbacks of its runs. */
async function play(made: SiblingHarness<Comflowy>, items: INodeExecutionData[], resumes: number) {
	const node = made.node('workflow.executeAndWait', {
		...promptOf('image', patient),
		waitMode: 'callback',
	});
	const server = await startWaitingServer(made.engine, flow(node), NODE);
	try {
		await server.start(items);
		for (let count = 1; count < resumes; count++) {
			expect(server.run().status).toBe('waiting');
			await server.wake();
		}
		expect(server.run().status).toBe('waiting');
		for (const { id } of made.service.runs) await made.service.finish(id);
		let run = await server.idle();
		// On a busy machine a request can take longer than the fast time allows: the next resume asks again.
		for (let wakes = 0; run.status === 'waiting' && wakes < 10; wakes++) run = await server.wake();
		return run;
	} finally {
		await server.close();
	}
}

it.each([
	[1, 1],
	[1, 20],
	[4, 2],
	[3, 6],
])(
	'a wait by callback of %d items gives, after %d resumes, exactly the items of In Execution',
	async (count, resumes) => {
		const made = await harness({ runMs: 36_000_000 });
		const run = await play(made, rows(count), resumes);
		expect([run.status, made.service.runs.length]).toEqual(['success', count]);
		const suspended = tasksOf(made, run);

		const inPlace = await harness({ runMs: 20 });
		const node = inPlace.node('workflow.executeAndWait', promptOf('image', patient));
		const reference = await runWorkflow(inPlace.engine, flow(node), rows(count));
		expect(reference.status).toBe('success');
		expect(suspended).toEqual(tasksOf(inPlace, reference));
		expect(taskOf(run, NODE)).toHaveLength(1);
	},
	60_000,
);

test('n8n’s log says once that an address on this machine cannot be called from elsewhere', async () => {
	const made = await harness({ runMs: 36_000_000 });
	const { execute } = made.engine.nodeTypes.getByNameAndVersion('n8n-nodes-comflowy.comflowy', 1);
	const warnings: string[] = [];
	const type = made.engine.nodeTypes.getByNameAndVersion('n8n-nodes-comflowy.comflowy', 1);
	type.execute = async function (this: IExecuteFunctions) {
		jest.spyOn(this.logger, 'warn').mockImplementation((text) => void warnings.push(text));
		return (await execute?.call(this)) ?? null;
	};
	try {
		expect((await play(made, rows(2), 2)).status).toBe('success');
	} finally {
		type.execute = execute;
	}
	const said =
		/Comflowy is asked to call http:\/\/127\.0\.0\.1:\d+, an address that only this machine/;
	expect(warnings.filter((text) => said.test(text))).toHaveLength(1);
}, 60_000);
