import type { IDataObject, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { resources } from '../../../nodes/Flowscale/operations/resources';
import { resources as comflowyResources } from '../../../packages/n8n-nodes-comflowy/nodes/Comflowy/operations/resources';
import { resources as flowAiResources } from '../../../packages/n8n-nodes-flowai/nodes/FlowAi/operations/resources';
import { join } from '../../../simulator/platform';
import { promptOf, useComflowy } from '../../harness/comflowyHarness';
import { asking, useFlowAi } from '../../harness/flowAiHarness';
import { misfits, readSchema, schemasOf, unseen } from '../../harness/outputSchema';
import { PACKAGE_DIR, startOf, two, useHarness } from '../../harness/useHarness';

const flowscaleDir = join(PACKAGE_DIR, 'dist/nodes/Flowscale');
const comflowyDir = join(PACKAGE_DIR, 'packages/n8n-nodes-comflowy/dist/nodes/Comflowy');
const flowAiDir = join(PACKAGE_DIR, 'packages/n8n-nodes-flowai/dist/nodes/FlowAi');

interface Menu {
	value: string;
	operations: Array<{ value: string }>;
}

test.each<[string, string, Menu[]]>([
	['Flowscale', flowscaleDir, resources],
	['Comflowy', comflowyDir, comflowyResources],
	['FlowAI', flowAiDir, flowAiResources],
])(
	'every operation of %s, and nothing else, has a schema where n8n looks for it',
	async (_, dir, menu) => {
		expect(await schemasOf(dir)).toEqual(
			menu
				.flatMap(({ value, operations }) =>
					operations.map((operation) => `${value}.${operation.value}`),
				)
				.sort(),
		);
	},
);

interface Service {
	node(operation: `${string}.${string}`, parameters?: INodeParameters): INode;
	items(node: INode, items?: INodeExecutionData[]): Promise<INodeExecutionData[]>;
}

/**
 * Runs an operation with each set of parameters and holds all that comes out against the schema.
 */
async function expectSchema(
	dir: string,
	{ node, items }: Service,
	operation: `${string}.${string}`,
	given: INodeExecutionData[],
	...sets: INodeParameters[]
): Promise<void> {
	const schema = await readSchema(dir, operation);
	const got: IDataObject[] = [];
	for (const parameters of sets)
		got.push(...(await items(node(operation, parameters), given)).map(({ json }) => json));
	expect(got).not.toEqual([]);
	expect({ misfits: misfits(schema, got), unseen: unseen(schema, got) }).toEqual({
		misfits: [],
		unseen: [],
	});
}

const harness = useHarness();
const comflowy = useComflowy();
const flowAi = useFlowAi();
const everything = '={{ { "text_51536": $json.prompt, "seed_51537": 1 } }}';

test('what Flowscale’s operations give is what their schemas tell', async () => {
	const service = await harness({ containers: 1 });
	const expectIt = async (
		...args: [`${string}.${string}`, INodeExecutionData[], ...INodeParameters[]]
	) => await expectSchema(flowscaleDir, service, ...args);
	await expectIt(
		'workflow.executeAndWait',
		two,
		startOf('everything', everything),
		startOf('failing', everything, { pollInterval: 0.1, onFailedRun: 'item' }),
	);
	const named = service.flowscale.runs.slice(0, 2).map(({ id, outputs }) => ({
		json: { id, picture: outputs[0].files[0], text: outputs[1].files[0] },
	}));
	for (const operation of ['run.get', 'run.wait', 'run.getOutputs'] as const)
		await expectIt(operation, named, { runId: '={{ $json.id }}' });
	await expectIt('run.getMany', two.slice(0, 1), { returnAll: true });
	await expectIt(
		'output.get',
		named,
		{ filename: '={{ $json.picture }}', download: true, binaryField: 'data' },
		{ filename: '={{ $json.text }}' },
	);
	await expectIt('workflow.getMany', two.slice(0, 1), { returnAll: true });
	await expectIt('run.cancel', named, { runId: '={{ $json.id }}' });
	await service.flowscale.close();

	const busy = await harness({ containers: 1, runMs: 60_000 });
	const started = await busy.items(
		busy.node('workflow.execute', startOf('image', everything, {})),
		two,
	);
	const schema = await readSchema(flowscaleDir, 'workflow.execute');
	expect(
		misfits(
			schema,
			started.map(({ json }) => json),
		),
	).toEqual([]);
	// A run that has just been started has no outputs yet.
	expect(
		unseen(
			schema,
			started.map(({ json }) => json),
		).filter((path) => !path.startsWith('.outputs[]')),
	).toEqual([]);
	await expectSchema(flowscaleDir, busy, 'cluster.getHealth', two.slice(0, 1), {});
	await expectSchema(flowscaleDir, busy, 'cluster.getQueue', two.slice(0, 1), {});
});

test('what Comflowy’s operations give is what their schemas tell', async () => {
	const service = await comflowy({});
	await expectSchema(
		comflowyDir,
		service,
		'workflow.executeAndWait',
		two,
		promptOf('batch'),
		promptOf('failing', { pollInterval: 0.1, onFailedRun: 'item' }),
	);
	const named = service.service.runs.slice(0, 2).map(({ id }) => ({ json: { id } }));
	await expectSchema(comflowyDir, service, 'run.get', named, {
		runId: '={{ $json.id }}',
		options: { download: true },
	});
	const started = await service.items(service.node('workflow.execute', promptOf()), two);
	expect(
		misfits(
			await readSchema(comflowyDir, 'workflow.execute'),
			started.map(({ json }) => json),
		),
	).toEqual([]);
});

test('what FlowAI’s operation gives is what its schema says', async () => {
	const service = await flowAi({});
	await expectSchema(
		flowAiDir,
		service,
		'workflow.execute',
		two,
		asking('chat'),
		asking('plain'),
		asking('reasoning', { stream: true, options: { includeLog: true } }),
	);
});
