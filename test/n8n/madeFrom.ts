import { packages } from './packages';
import { basename, createHash, dirname, fs, join, repository } from './platform';

/** Where the pages have their pictures, and the list of what these were made from. */
export const imagesFolder = join(repository, 'docs/images');
export const madeFromFile = join(imagesFolder, 'madeFrom.json');

/** Drawn by the demo, not taken of the screen: `batch-1.png`. */
export const isDrawing = (file: string) => /-\d+\.png$/.test(file);

type LoadedNodes = Record<string, new () => { description: unknown }>;

const hashOf = (parts: string[]) =>
	parts
		.reduce((hash, part) => hash.update(part).update('\0'), createHash('sha256'))
		.digest('hex')
		.slice(0, 16);
const filesIn = async (folder: string) =>
	(await fs.readdir(folder)).sort().map((name) => join(folder, name));
const read = async (file: string) => await fs.readFile(file, 'utf8');
/** An icon, or a schema in a layout that does not depend on how the build writes it. */
const readShown = async (file: string) =>
	file.endsWith('.json')
		? `${JSON.stringify(JSON.parse(await read(file)), undefined, '\t')}\n`
		: await read(file);

/**
 * All that n8n shows of a built node: its texts and fields, its icons, and the fields that come out
 * as the editor foretells them.
 */
const hashOfNode = async (file: string): Promise<string> => {
	const { [basename(file, '.node.js')]: Node } = (await import(file)) as LoadedNodes;
	const { description } = new Node();
	const beside = await fs.readdir(dirname(file), { recursive: true });
	const shown = beside
		.filter(
			(name) => name.endsWith('.svg') || (name.includes('__schema__') && name.endsWith('.json')),
		)
		.sort();
	return hashOf([
		JSON.stringify(description),
		...(await Promise.all(shown.map(async (name) => await readShown(join(dirname(file), name))))),
	]);
};

/** What screenshots show, and a hash of each: built nodes and example workflows. */
export const readMadeFrom = async (): Promise<Record<string, string>> => {
	const hashes: Record<string, string> = {};
	for (const file of await filesIn(join(repository, 'examples')))
		hashes[`examples/${basename(file)}`] = hashOf([await read(file)]);
	for (const { name, folder } of packages) {
		const { n8n } = JSON.parse(await read(join(folder, 'package.json'))) as {
			n8n: { nodes: string[] };
		};
		for (const node of n8n.nodes)
			hashes[`${name}.${basename(node, '.node.js')}`] = await hashOfNode(join(folder, node));
	}
	return Object.fromEntries(Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1)));
};
