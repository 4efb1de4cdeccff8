import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { pauseByAge } from '../../nodes/core/waiting/pace';
import { pauseBeforeResume } from '../../nodes/core/suspending/suspensionPace';
import { resources } from '../../nodes/Flowscale/operations/resources';
import { triggerFields } from '../../nodes/Flowscale/trigger/triggerFields';
import { ComflowyTrigger } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/ComflowyTrigger.node';
import { resources as comflowyResources } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/operations/resources';
import { resources as flowAiResources } from '../../packages/n8n-nodes-flowai/nodes/FlowAi/operations/resources';
import { dirname, fs, join, projectDir } from '../../simulator/platform';
import { misfits, readSchema, unseen } from '../harness/outputSchema';

const PAGES: Record<string, string> = {
	workflow: 'workflows',
	run: 'runs',
	output: 'outputs',
	cluster: 'cluster',
};
const read = async (file: string) => await fs.readFile(join(projectDir, file), 'utf8');
const pages = async () =>
	(await fs.readdir(join(projectDir, 'docs')))
		.filter((file) => file.endsWith('.md'))
		.map((file) => `docs/${file}`);
const allPages = async () => (await Promise.all((await pages()).map(read))).join('\n');

/** The item behind the comment that names its operation. */
function sampleIn(text: string, operation: string): unknown {
	const [, sample = ''] =
		new RegExp(`<!-- ${operation.replace('.', '\\.')} -->\\n\`\`\`json\\n([\\s\\S]+?)\`\`\``).exec(
			text,
		) ?? [];
	return JSON.parse(sample);
}

/** A default as the pages write it. */
function shownDefault({ type, default: value, options = [] }: INodeProperties): string {
	const nameOf = (choice: unknown) =>
		(options as INodePropertyOptions[]).find((option) => option.value === choice)?.name ??
		String(choice);
	if (type === 'options') return nameOf(value);
	if (type === 'multiOptions') return (value as string[]).map(nameOf).join(', ') || 'none';
	if (type === 'boolean') return value === true ? 'on' : 'off';
	if (type === 'number') return String(value);
	if (type === 'resourceMapper') return '';
	const text = typeof value === 'string' ? value.replace(/^=/, '') : '';
	return text === '' ? 'empty' : `\`${text}\``;
}

/** Fields that a user fills in; collections are only the frame of theirs. */
function fieldsIn(fields: INodeProperties[]): INodeProperties[] {
	return fields.flatMap((field) => {
		if (field.type === 'collection') return fieldsIn(field.options as INodeProperties[]);
		if (field.type === 'fixedCollection')
			return (field.options as Array<{ values: INodeProperties[] }>).flatMap(({ values }) =>
				fieldsIn(values),
			);
		return field.type === 'notice' ? [] : [field];
	});
}

interface Menu {
	operations: Array<{ fields: INodeProperties[] }>;
}

it.each<[string, () => Promise<string>, Menu[], INodeProperties[]]>([
	['Flowscale', allPages, resources, triggerFields],
	[
		'Comflowy',
		async () => await read('packages/n8n-nodes-comflowy/README.md'),
		comflowyResources,
		new ComflowyTrigger().description.properties,
	],
	['FlowAI', async () => await read('packages/n8n-nodes-flowai/README.md'), flowAiResources, []],
])(
	'every field and option of %s is explained, with its default',
	async (_, textOf, menu, triggers) => {
		const text = await textOf();
		const fields = fieldsIn([
			...menu.flatMap(({ operations }) => operations.flatMap((operation) => operation.fields)),
			...triggers,
		]);
		expect(fields.length).toBeGreaterThan(8);
		const rows = new Set(
			fields.map(
				(field) =>
					`| ${field.displayName} | ${shownDefault(field)}${shownDefault(field) ? ' ' : ''}| `,
			),
		);
		expect([...rows].filter((row) => !text.includes(`\n${row}`))).toEqual([]);
	},
);

it.each(
	resources.flatMap(({ value, operations }) =>
		operations.map(
			(operation) => [`${value}.${operation.value}`, PAGES[value], operation.name] as const,
		),
	),
)('%s has its section with an item as it comes out', async (operation, page, name) => {
	const text = await read(`docs/${page}.md`);
	const [, section = ''] = text.split(new RegExp(`^## ${name}$`, 'm'));
	const item = sampleIn(section, operation);
	const schema = await readSchema(join(projectDir, 'nodes/Flowscale'), operation);
	expect(misfits(schema, [item])).toEqual([]);
	// An output is a link or a text, and a run may have none.
	expect(
		unseen(schema, [item]).filter((path) => !/outputs\[\]|\.file_content$/.test(path)),
	).toEqual([]);
});

it('the trigger’s page shows an item as it comes out: a run and its event', async () => {
	const { event, ...run } = sampleIn(await read('docs/trigger.md'), 'trigger') as { event: string };
	const schema = await readSchema(join(projectDir, 'nodes/Flowscale'), 'run.getMany');
	expect({ event, misfits: misfits(schema, [run]), unseen: unseen(schema, [run]) }).toEqual({
		event: 'completed',
		misfits: [],
		unseen: [],
	});
});

it.each([
	['packages/n8n-nodes-comflowy', 'Comflowy', 'workflow.executeAndWait'],
	['packages/n8n-nodes-flowai', 'FlowAi', 'workflow.execute'],
])('%s shows an item as it comes out', async (folder, node, operation) => {
	const item = sampleIn(await read(`${folder}/README.md`), operation);
	const schema = await readSchema(join(projectDir, folder, 'nodes', node), operation);
	expect({ misfits: misfits(schema, [item]), unseen: unseen(schema, [item]) }).toEqual({
		misfits: [],
		unseen: [],
	});
});

it('what waiting costs is what the pace gives', async () => {
	const text = await read('docs/waiting.md');
	const numbersIn = (row: string) =>
		new RegExp(`^\\| ${row} \\| (.+) \\|$`, 'm').exec(text)?.[1].split(' | ').map(Number);
	const count = (fromMs: number, untilMs: number, pauseOf: (ageMs: number) => number) => {
		let looks = 0;
		for (let ageMs = fromMs; ageMs < untilMs; ageMs += pauseOf(ageMs)) looks++;
		return looks;
	};
	const [minute, hour] = [60_000, 3_600_000];
	expect(numbersIn('Checks')).toEqual(
		[minute / 6, minute, 10 * minute, hour].map((untilMs) =>
			count(0, untilMs, (ageMs) => pauseByAge(ageMs, 2_000)),
		),
	);
	expect(numbersIn('Wake-ups')).toEqual(
		[15 * minute, hour, 6 * hour, 24 * hour].map((untilMs) =>
			count(minute, untilMs, pauseBeforeResume),
		),
	);
});

/** As GitHub makes them. */
const anchorOf = (heading: string) =>
	heading
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\s_-]/gu, '')
		.trim()
		.replace(/\s/g, '-');

it('no link and no picture of the documents leads nowhere', async () => {
	const documents = [
		...(await pages()),
		'README.md',
		'CONTRIBUTING.md',
		'SECURITY.md',
		'packages/n8n-nodes-comflowy/README.md',
		'packages/n8n-nodes-flowai/README.md',
	];
	const broken: string[] = [];
	for (const file of documents) {
		const text = (await read(file)).replace(/```[\s\S]*?```/g, '');
		const targets = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)]
			.map(([, link, source]) => link ?? source)
			.filter((target) => !/^https?:/.test(target));
		for (const target of targets) {
			const [path, anchor] = target.split('#');
			const found = await fs
				.readFile(
					path === '' ? join(projectDir, file) : join(projectDir, dirname(file), path),
					'utf8',
				)
				.catch(() => undefined);
			const anchors = (found ?? '')
				.split('\n')
				.flatMap((line) => /^#+ (.+)$/.exec(line)?.[1] ?? [])
				.map(anchorOf);
			if (found === undefined || (anchor !== undefined && !anchors.includes(anchor)))
				broken.push(`${file} → ${target}`);
		}
	}
	expect(broken).toEqual([]);
});

it('the versions that README calls tested are those that are tested', async () => {
	const [, table] = (await read('README.md')).split('## Compatibility');
	const { devDependencies } = JSON.parse(await read('package.json')) as {
		devDependencies: Record<string, string>;
	};
	const servers = await Promise.all(
		['n8n-2', 'n8n-1'].map(
			async (name) =>
				(
					JSON.parse(await read(`test/n8n/${name}/package.json`)) as {
						dependencies: { n8n: string };
					}
				).dependencies.n8n,
		),
	);
	const engines = [
		devDependencies['n8n-core'],
		devDependencies['n8n-core-1x'].replace('npm:n8n-core@', ''),
	];
	for (const version of [
		...servers.map((server) => `n8n ${server},`),
		...engines.map((engine) => `n8n-core ${engine},`),
	])
		expect(table).toContain(version);
});
