import type { INodeProperties } from 'n8n-workflow';
import { FlowscaleApi } from '../../../credentials/FlowscaleApi.credentials';
import { Flowscale } from '../../../nodes/Flowscale/Flowscale.node';
import { FlowscaleTrigger } from '../../../nodes/Flowscale/FlowscaleTrigger.node';

type Field = INodeProperties & { values?: Field[] };

/** A field with its collections' fields; choices of a list have no type. */
function fieldsIn(fields: Field[]): Field[] {
	return fields.flatMap((field) => [
		field,
		...fieldsIn(
			[...((field.options ?? []) as Field[]), ...(field.values ?? [])].filter(
				(inner) => 'type' in inner || 'values' in inner,
			),
		),
	]);
}

const node = new Flowscale().description;
const trigger = new FlowscaleTrigger().description;
const fields = fieldsIn([
	...node.properties,
	...trigger.properties,
	...new FlowscaleApi().properties,
]);
const named = (list: Field[]) => list.map(({ displayName, name }) => `${name}: ${displayName}`);

it('labels speak of files, not of binaries', () =>
	expect(
		named(
			fields.filter(({ displayName, type }) => type !== 'notice' && /binary/i.test(displayName)),
		),
	).toEqual([]));

it('hints are read at a glance: 120 characters at most', () =>
	expect(fields.flatMap(({ hint }) => hint ?? []).filter((hint) => hint.length > 120)).toEqual([]));

it('every field of the node is described, for the model that uses it as a tool', () => {
	const frames = ['collection', 'fixedCollection', 'notice', 'hidden'];
	const described = fieldsIn(node.properties).filter(
		({ type, name }) =>
			type !== undefined && !frames.includes(type) && !['resource', 'operation'].includes(name),
	);
	expect(described.length).toBeGreaterThan(20);
	expect(named(described.filter(({ description }) => !description))).toEqual([]);
});

it('a tool is not asked for what it cannot use', () => {
	const isShown = ({ displayOptions }: Field) => displayOptions?.hide?.['@tool'] === undefined;
	const names = ['waitMode', 'suspendedNotice', 'files', 'simplify'];
	expect(
		named(node.properties.filter((field) => names.includes(field.name) && isShown(field))),
	).toEqual([]);
	const group = node.properties.filter(({ name }) => name === 'groupId');
	expect(
		group
			.filter(({ displayOptions }) => displayOptions?.show?.['@tool'])
			.map((field) => field.noDataExpression),
	).toContain(true);
});

it('a fresh node asks for its workflow and for nothing else', () => {
	const ofExecute = node.properties.filter(({ displayOptions, required }) => {
		const { resource, operation } = displayOptions?.show ?? {};
		return resource?.includes('workflow') && operation?.includes('executeAndWait') && required;
	});
	expect(ofExecute.map(({ name }) => name)).toEqual(['workflowId', 'inputs']);
	for (const name of ['inputMode', 'inputs', 'inputsJson', 'inputsNotice', 'files', 'groupId'])
		for (const field of node.properties.filter(
			(one) => one.name === name && one.displayOptions?.show?.operation?.includes('execute'),
		))
			expect(field.displayOptions?.hide).toMatchObject({ workflowId: [''] });
});

it.each([
	'generate image',
	'create image',
	'text to image',
	'image to video',
	'upscale',
	'SDXL',
	'Flux',
	'ComfyUI',
	'Stable Diffusion',
])('both nodes are found by "%s"', async (word) => {
	const codex = await Promise.all([
		import('../../../nodes/Flowscale/Flowscale.node.json'),
		import('../../../nodes/Flowscale/FlowscaleTrigger.node.json'),
	]);
	for (const {
		default: { alias },
	} of codex)
		expect(alias).toContain(word);
});

it('what the nodes panel shows for both fits both', () => {
	expect(trigger.description).toContain(node.description);
	expect(trigger.description).toMatch(/start when/);
});
