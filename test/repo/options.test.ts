import type { INodeProperties } from 'n8n-workflow';
import { fs, join, projectDir } from '../../simulator/platform';
import { readPackages } from '../../tools/packages';

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

const nodes = readPackages().flatMap((one) =>
	one.nodes.map((node): [string, Field[], string] => [
		node.displayName,
		node.properties,
		one.folder === '.' ? 'nodes/Flowscale' : join(one.folder, 'nodes'),
	]),
);

test.each(nodes)('no parameter of %s does nothing', async (_, properties, folder) => {
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
