import type { IDataObject } from 'n8n-workflow';
import { defaultWorkflows } from '../../simulator/flowscale/workflows';
import { fs, join, projectDir } from '../../simulator/platform';
import { coreNodes } from '../engine/coreNodes';
import type { WorkflowFile } from '../engine/runWorkflow';

const FOLDER = join(projectDir, 'examples');
const FLOWSCALE = 'n8n-nodes-flowscale.flowscale';
/** Our nodes, and the credential that each has to choose. */
const OURS: Record<string, object> = {
	[FLOWSCALE]: { flowscaleApi: { id: null, name: 'Flowscale account' } },
	'n8n-nodes-flowscale.flowscaleTrigger': { flowscaleApi: { id: null, name: 'Flowscale account' } },
	'n8n-nodes-comflowy.comflowy': { comflowyApi: { id: null, name: 'Comflowy account' } },
	'n8n-nodes-flowai.flowAi': { flowAiApi: { id: null, name: 'FlowAI account' } },
};

const read = async (file: string) =>
	JSON.parse(await fs.readFile(join(FOLDER, file), 'utf8')) as WorkflowFile & { active: boolean };
const examples = async () => await Promise.all((await fs.readdir(FOLDER)).map(read));

it('every example has its engine test', async () => {
	const sources = ['examples', 'triggerExample', 'siblingExamples'].map(async (name) => await fs.readFile(join(projectDir, `test/engine/${name}.test.ts`), 'utf8'));
	const tests = (await Promise.all(sources)).join('');
	const files = await fs.readdir(FOLDER);
	expect(files.length).toBeGreaterThan(3);
	expect(files.filter((file) => !tests.includes(`it('${file} `))).toEqual([]);
});

it('every example imports switched off, explained, with a credential to choose, and with node versions we know', async () => {
	const known = new Map(coreNodes.map(([name, { description }]) => [name, [description.version].flat()]));
	for (const { nodes, active } of await examples()) {
		expect(active).toBe(false);
		expect(nodes.some(({ type }) => type === 'n8n-nodes-base.stickyNote')).toBe(true);
		for (const { type, typeVersion, credentials } of nodes) {
			expect(type in OURS ? [1] : known.get(type)).toContain(typeVersion);
			expect(credentials).toEqual(OURS[type]);
		}
	}
});

it('every example’s form is the one that the editor would build today', async () => {
	const workflows = new Map(defaultWorkflows.map((workflow) => [workflow.id, workflow]));
	for (const { nodes } of await examples()) {
		for (const { parameters } of nodes.filter(
			(node) => node.type === FLOWSCALE && node.parameters.workflowId,
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
