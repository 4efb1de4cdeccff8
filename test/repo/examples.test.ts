import type { IDataObject } from 'n8n-workflow';
import { defaultWorkflows } from '../../simulator/flowscale/workflows';
import { fs, join, projectDir } from '../../simulator/platform';
import { coreNodes } from '../harness/coreNodes';
import type { WorkflowFile } from '../harness/runWorkflow';
import { boxOf, isCovered, isOffGrid, isTooFull } from './canvas';

const FOLDER = join(projectDir, 'examples');
const FLOWSCALE = 'n8n-nodes-flowscale.flowscale';
/** What n8n's own nodes have to choose. */
const THEIRS: Record<string, object> = {
	'@n8n/n8n-nodes-langchain.lmChatOpenAi': { openAiApi: { id: null, name: 'OpenAi account' } },
	'n8n-nodes-base.s3': { s3: { id: null, name: 'S3 account' } },
};
/** Our nodes, and the credential that each has to choose. */
const FLOWSCALE_ACCOUNT = { flowscaleApi: { id: null, name: 'Flowscale account' } };
const OURS: Record<string, object> = {
	[FLOWSCALE]: FLOWSCALE_ACCOUNT,
	[`${FLOWSCALE}Tool`]: FLOWSCALE_ACCOUNT,
	[`${FLOWSCALE}Trigger`]: FLOWSCALE_ACCOUNT,
	'n8n-nodes-comflowy.comflowy': { comflowyApi: { id: null, name: 'Comflowy account' } },
	'n8n-nodes-flowai.flowAi': { flowAiApi: { id: null, name: 'FlowAI account' } },
};

const read = async (file: string) =>
	JSON.parse(await fs.readFile(join(FOLDER, file), 'utf8')) as WorkflowFile & { active: boolean };
const examples = async () => await Promise.all((await fs.readdir(FOLDER)).map(read));

it('every example has its engine test', async () => {
	const tests = (await fs.readdir(join(projectDir, 'test/engine/examples'))).filter((name) =>
		/examples?\.test\.ts$/i.test(name),
	);
	const sources = await Promise.all(
		tests.map(
			async (name) => await fs.readFile(join(projectDir, 'test/engine/examples', name), 'utf8'),
		),
	);
	const files = await fs.readdir(FOLDER);
	expect(files.length).toBeGreaterThan(3);
	expect(
		files.filter(
			(file) =>
				!sources.some((source) =>
					[`it('${file} `, `describe('${file}'`].some((name) => source.includes(name)),
				),
		),
	).toEqual([]);
});

it('every example imports switched off, explained, with a credential to choose, and with node versions we know', async () => {
	const known = new Map(
		coreNodes.map(([name, { description }]) => [name, [description.version].flat()]),
	);
	for (const { nodes, active } of await examples()) {
		expect(active).toBe(false);
		expect(nodes.some(({ type }) => type === 'n8n-nodes-base.stickyNote')).toBe(true);
		for (const { type, typeVersion, credentials } of nodes) {
			expect(type in OURS ? [1] : known.get(type)).toContain(typeVersion);
			expect(credentials).toEqual(OURS[type] ?? THEIRS[type]);
		}
	}
});

it('every example’s form is the one that the editor would build today', async () => {
	const workflows = new Map(defaultWorkflows.map((workflow) => [workflow.id, workflow]));
	for (const { nodes } of await examples()) {
		for (const { parameters } of nodes.filter(
			(node) => node.type.startsWith(FLOWSCALE) && node.parameters.workflowId,
		)) {
			const { value, cachedResultName } = parameters.workflowId as {
				value: string;
				cachedResultName: string;
			};
			const schema = (parameters.inputs as { schema: IDataObject[] }).schema;
			const inputs = workflows.get(value)?.inputs.map(({ name, type, listedType }) => ({
				id: name,
				displayName: `${name} (${listedType ?? type})`,
			}));
			expect(cachedResultName).toBe(workflows.get(value)?.name);
			expect(schema.map(({ id, displayName }) => ({ id, displayName }))).toEqual(inputs);
		}
	}
});

it('every example begins with its trigger, where tests and demo begin', async () => {
	for (const { nodes, connections } of await examples()) {
		const targets = Object.values(connections).flatMap(({ main = [] }) =>
			main.flatMap((output) => output ?? []),
		);
		const [first] = nodes;
		expect(first.type).toMatch(/Trigger$|\.webhook$/);
		expect(targets.map(({ node }) => node)).not.toContain(first.name);
	}
});

it('every canvas is drawn on n8n’s grid, and nothing lies on anything else', async () => {
	for (const { name, nodes } of await examples()) {
		const boxes = nodes.map(boxOf);
		expect({ name, offGrid: boxes.filter(isOffGrid) }).toEqual({ name, offGrid: [] });
		expect({ name, tooFull: boxes.filter(isTooFull) }).toEqual({ name, tooFull: [] });
		const pairs = boxes.flatMap((one, index) =>
			boxes.slice(index + 1).map((other) => [one, other]),
		);
		expect({
			name,
			covered: pairs
				.filter(([one, other]) => isCovered(one, other))
				.map((pair) => pair.map((box) => box.name)),
		}).toEqual({ name, covered: [] });
	}
});
