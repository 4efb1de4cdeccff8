import type { INodeProperties } from 'n8n-workflow';
import { propertiesOf } from '../../nodes/core/items/operation';
import { FlowscaleTrigger } from '../../nodes/Flowscale/FlowscaleTrigger.node';
import { resources } from '../../nodes/Flowscale/operations/resources';
import { ComflowyTrigger } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/ComflowyTrigger.node';
import { resources as comflowyResources } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/operations/resources';
import { resources as flowAiResources } from '../../packages/n8n-nodes-flowai/nodes/FlowAi/operations/resources';
import { fs, join, projectDir } from '../../simulator/platform';

type Field = INodeProperties & { values?: Field[] };

/** Notices are only read by people, and the fields of a credential by n8n. */
const isRead = ({ type }: Field) => type !== 'notice';

/** A field and, for collections, the fields in it; the choices of a list have no type. */
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

async function sourcesOf(folders: string[]): Promise<string> {
	const files = await Promise.all(
		folders.map(async (folder) =>
			(await fs.readdir(join(projectDir, folder), { recursive: true }))
				.filter((file) => file.endsWith('.ts'))
				.map((file) => join(projectDir, folder, file)),
		),
	);
	return (
		await Promise.all(files.flat().map(async (file) => await fs.readFile(file, 'utf8')))
	).join('\n');
}

test.each<[string, Field[], string]>([
	['Flowscale', propertiesOf(resources), 'nodes/Flowscale'],
	['Flowscale Trigger', new FlowscaleTrigger().description.properties, 'nodes/Flowscale'],
	['Comflowy', propertiesOf(comflowyResources), 'packages/n8n-nodes-comflowy/nodes'],
	[
		'Comflowy Trigger',
		new ComflowyTrigger().description.properties,
		'packages/n8n-nodes-comflowy/nodes',
	],
	['FlowAI', propertiesOf(flowAiResources), 'packages/n8n-nodes-flowai/nodes'],
])('no parameter of %s does nothing', async (_, properties, folder) => {
	const source = (await sourcesOf(['nodes/core', folder]))
		.replace(/\bname: '\w+'/g, '')
		.replace(/\b(show|hide): \{[^}]*\}/g, '');
	const names = [
		...new Set(
			fieldsIn(properties)
				.filter(isRead)
				.map(({ name }) => name),
		),
	];
	expect(names.length).toBeGreaterThan(1);
	expect(names.filter((name) => !new RegExp(`['.]${name}\\b`).test(source))).toEqual([]);
});
