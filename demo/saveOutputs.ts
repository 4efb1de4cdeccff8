import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IDataObject, INode, INodeExecutionData, IRun } from 'n8n-workflow';
import { fs, join } from '../simulator/platform';
import { outputOf, type WorkflowFile } from '../test/harness/runWorkflow';

/** A file that the demo wrote. */
export interface Saved {
	/** Name inside the example's folder. */
	name: string;
	mimeType: string;
	/** The node that made it, and the words it was made from. */
	node: string;
	words: string;
	/** The text itself, where it is one. */
	text?: string;
}

interface Output {
	filename: string;
	mime_type: string | null;
	binary_field?: string;
	file_content?: string;
}

type Part = Pick<Saved, 'node' | 'words' | 'mimeType'> & { content: Buffer; extension: string };

const FLOWSCALE = 'n8n-nodes-flowscale.flowscale';
const REPORT = 'n8n-nodes-base.set';

/**
 * Writes what an execution's Flowscale nodes made, each output once, and what its last Edit Fields
 * nodes report.
 */
export async function saveOutputs(
	{ nodes, connections }: WorkflowFile,
	run: IRun,
	folder: string,
): Promise<Saved[]> {
	await fs.mkdir(folder, { recursive: true });
	const known = new Set<string>();
	const saved: Saved[] = [];
	const isLast = ({ name }: INode) => connections[name] === undefined;
	const makers = nodes.filter(
		(node) => node.type === FLOWSCALE || (node.type === REPORT && isLast(node)),
	);
	// From the end: an output that several nodes hand out belongs to the last of them.
	for (const node of makers.reverse()) {
		const items = outputOf(run, node.name);
		const parts =
			node.type === REPORT
				? items.map(({ json }) => reportOf(node.name, json))
				: (
						await Promise.all(items.map(async (item) => await partsOf(node.name, item, known)))
					).flat();
		const files = parts.map(async ({ content, extension, ...rest }, index): Promise<Saved> => {
			const name = `${slug(node.name)}${parts.length > 1 ? `-${index + 1}` : ''}.${extension}`;
			await fs.writeFile(join(folder, name), content);
			const isText = /^(text|application\/json)/.test(rest.mimeType);
			return { name, ...rest, ...(isText ? { text: content.toString() } : {}) };
		});
		saved.unshift(...(await Promise.all(files)));
	}
	return saved;
}

async function partsOf(
	node: string,
	{ json, binary }: INodeExecutionData,
	known: Set<string>,
): Promise<Part[]> {
	const words =
		Object.entries((json.inputs ?? {}) as Record<string, string>).find(([name]) =>
			/^(text|prompt)_/.test(name),
		)?.[1] ?? '';
	const outputs = ((json.outputs ?? []) as unknown as Output[]).filter(
		({ filename, binary_field, file_content }) => {
			const isNew = !known.has(filename) && (binary_field ?? file_content) !== undefined;
			if (isNew) known.add(filename);
			return isNew;
		},
	);
	return await Promise.all(
		outputs.map(async ({ filename, mime_type, binary_field, file_content }) => {
			const file = binary_field === undefined ? undefined : binary?.[binary_field];
			const content =
				file === undefined
					? Buffer.from(file_content ?? '')
					: await Container.get(BinaryDataService).getAsBuffer(file);
			const mimeType = file?.mimeType ?? mime_type ?? 'text/plain';
			return { node, words, mimeType, content, extension: /\.(\w+)$/.exec(filename)?.[1] ?? 'txt' };
		}),
	);
}

const reportOf = (node: string, json: IDataObject): Part => ({
	node,
	words: '',
	mimeType: 'application/json',
	extension: 'json',
	content: Buffer.from(`${JSON.stringify(json, null, 2)}\n`),
});

const slug = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
