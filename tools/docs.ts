/**
 * Writes what the documents repeat of the code: `docs/operations.md` of each package, and the
 * README's table of operations between its markers. A test compares what is written with what this
 * would write.
 */
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { Operation } from '../nodes/core/items/operation';
import { runShape } from '../nodes/core/runs/runShape';
import { triggerFields } from '../nodes/Flowscale/trigger/triggerFields';
import { dirname, fs, join, projectDir } from '../simulator/platform';
import { readPackages } from './packages';

type Described = Pick<Operation<never>, 'name' | 'value' | 'description' | 'fields' | 'output'>;
/** A trigger: its fields, and an item as it starts a workflow with. */
interface DescribedTrigger {
	fields: INodeProperties[];
	example: unknown;
}

interface DescribedResource {
	name: string;
	value: string;
	operations: Described[];
}

/** A package as its page describes it. */
interface DescribedPackage {
	title: string;
	resources: DescribedResource[];
	trigger?: DescribedTrigger;
}

/** Triggers that a page describes, by the folder of their package. */
const TRIGGERS: Record<string, DescribedTrigger> = {
	'.': {
		fields: triggerFields,
		example: { ...(runShape.example as object), event: 'completed' },
	},
};

const NOTICE = '<!-- Written by `npm run docs` from the nodes themselves. Do not edit. -->';

/** A default as the pages write it. */
export function shownDefault({ type, default: value, options = [] }: INodeProperties): string {
	const nameOf = (choice: unknown) =>
		(options as INodePropertyOptions[]).find((option) => option.value === choice)?.name ??
		String(choice);
	if (type === 'options') return nameOf(value);
	if (type === 'multiOptions') return (value as string[]).map(nameOf).join(', ') || 'none';
	if (type === 'boolean') return value === true ? 'on' : 'off';
	if (type === 'number') return String(value);
	if (type === 'resourceMapper') return '';
	if (type === 'resourceLocator') {
		const chosen = (value as { value?: unknown } | undefined)?.value;
		return typeof chosen === 'string' && chosen !== ''
			? `\`${chosen.replace(/^=/, '')}\``
			: 'empty';
	}
	const shown = typeof value === 'string' ? value.replace(/^=/, '') : '';
	return shown === '' ? 'empty' : `\`${shown}\``;
}

/** A field that only an agent's tool has may share its label with another one. */
const labelOf = ({ displayName, displayOptions }: INodeProperties) =>
	displayOptions?.show?.['@tool'] ? `${displayName} (as an agent’s tool)` : displayName;

const oneLine = (text: string) => text.replace(/\s+/g, ' ').replace(/\|/g, '\\|').trim();

function meaningOf({ description, hint, type, options = [] }: INodeProperties): string {
	const choices =
		type === 'options' || type === 'multiOptions'
			? (options as INodePropertyOptions[]).flatMap(({ name, description: about }) =>
					about ? [`*${name}*: ${about}`] : [],
				)
			: [];
	const about = (description ?? '').replace(/<[^>]+>/g, '');
	return oneLine(
		[about, hint ?? '', ...choices]
			.filter(Boolean)
			.map((part) => part.replace(/\.?$/, '.'))
			.join(' '),
	);
}

/**
 * Rows of the fields that a user fills in, by the heading of their table; a collection has a table
 * of its own.
 */
function tablesOf(
	fields: INodeProperties[],
): Array<{ heading: string; fields: INodeProperties[] }> {
	const plain: INodeProperties[] = [];
	const inner: Array<{ heading: string; fields: INodeProperties[] }> = [];
	for (const field of fields) {
		if (field.type === 'notice' || field.type === 'callout' || field.type === 'hidden') continue;
		if (field.type === 'collection')
			inner.push({
				heading: field.displayName,
				fields: (field.options ?? []) as INodeProperties[],
			});
		else if (field.type === 'fixedCollection')
			inner.push({
				heading: field.displayName,
				fields: (field.options as Array<{ values: INodeProperties[] }>).flatMap(
					({ values }) => values,
				),
			});
		else plain.push(field);
	}
	return [{ heading: 'Field', fields: plain }, ...inner].filter((table) => table.fields.length > 0);
}

function tableText({ heading, fields }: ReturnType<typeof tablesOf>[number]): string {
	const rows = fields.map(
		(field) => `| ${labelOf(field)} | ${shownDefault(field)} | ${meaningOf(field)} |`,
	);
	return [`| ${heading} | Default | Meaning |`, '| --- | --- | --- |', ...rows].join('\n');
}

const sampleText = (sample: unknown) =>
	`\`\`\`json\n${JSON.stringify(sample, undefined, 2)}\n\`\`\``;

/** The heading of an operation, from which its anchor follows. */
const headingOf = (resource: string, operation: string) => `${resource}: ${operation}`;
export const anchorOf = (heading: string) =>
	heading
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\s_-]/gu, '')
		.trim()
		.replace(/\s/g, '-');

function sectionOf(resource: DescribedResource, operation: Described): string {
	return [
		`## ${headingOf(resource.name, operation.name)}`,
		`${operation.description}.`,
		...tablesOf(operation.fields).map(tableText),
		'An item that it returns:',
		sampleText(operation.output.example),
	].join('\n\n');
}

/** The whole page of a package's operations. */
function operationsPage({ title, resources, trigger }: DescribedPackage): string {
	const sections = resources.flatMap((resource) =>
		resource.operations.map((operation) => sectionOf(resource, operation)),
	);
	const triggerSection = trigger && [
		'## Trigger',
		...tablesOf(trigger.fields).map(tableText),
		'An item that starts a workflow:',
		sampleText(trigger.example),
	];
	const parts = [`# Operations of ${title}`, NOTICE, ...sections, ...(triggerSection ?? [])];
	return `${parts.join('\n\n')}\n`;
}

/** The README's table: what each operation does, with links to the page above. */
function operationsTable(resources: DescribedResource[]): string {
	const rows = resources.flatMap(({ name: resource, operations }) =>
		operations.map(({ name, description }) => {
			const link = `docs/operations.md#${anchorOf(headingOf(resource, name))}`;
			return `| ${resource} | [${name}](${link}) | ${oneLine(description)} |`;
		}),
	);
	return ['| Resource | Operation | What it does |', '| --- | --- | --- |', ...rows].join('\n');
}

const MARKERS = /(<!-- operations -->)[\s\S]*?(<!-- \/operations -->)/;

/** Every generated file, by its path from the top of the repository. */
export async function generatedDocuments(): Promise<Map<string, string>> {
	const documents = new Map<string, string>();
	for (const { folder, title, resources } of readPackages()) {
		const page = operationsPage({ title, resources, trigger: TRIGGERS[folder] });
		documents.set(join(folder, 'docs/operations.md'), page);
		const readme = join(folder, 'README.md');
		const text = await fs.readFile(join(projectDir, readme), 'utf8');
		const table = operationsTable(resources);
		documents.set(
			readme,
			text.replace(
				MARKERS,
				(_, before: string, after: string) => `${before}\n\n${table}\n\n${after}`,
			),
		);
	}
	return documents;
}

export async function writeDocuments(): Promise<void> {
	for (const [file, text] of await generatedDocuments()) {
		await fs.mkdir(dirname(join(projectDir, file)), { recursive: true });
		await fs.writeFile(join(projectDir, file), text);
	}
}
