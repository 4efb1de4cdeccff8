import { type JsonRecord, recordOf, textAt, textOf } from '../../../../../nodes/core/json';
import { readDataUri } from '../../../../../nodes/core/files/link';
import { fileKeyOf, pathKeyOf } from '../../../../../nodes/core/files/linkKey';
import {
	extensionFor,
	fileNameOfLink,
	mimeTypeOfName,
} from '../../../../../nodes/core/files/fileType';
import type { Output } from '../../../../../nodes/core/runs/run';

/**
 * An output with the node of the ComfyUI workflow that made it; null where only the flat list has
 * the image.
 */
export interface NodeOutput extends Output {
	node_id: string | null;
}

/**
 * Images by node first, then those that only the flat list has. Only `images` is documented; other
 * lists count as well. An image that is in both comes once, also where each of its two links has a
 * signature of its own.
 */
export function readOutputs(data: JsonRecord): NodeOutput[] {
	const byNode = Object.entries(recordOf(data.full_outputs) ?? {}).flatMap(([node, lists]) =>
		Object.values(recordOf(lists) ?? { list: lists }).flatMap((list) => outputsIn(list, node)),
	);
	return [...byNode, ...missingFrom(byNode, outputsIn(data.output_images, null))];
}

/** A file that the list has under two signatures comes once, where its link names it. */
function outputsIn(list: unknown, node: string | null): NodeOutput[] {
	const seen = new Set<string>();
	return imagesIn(list)
		.flatMap((entry, index) => outputOf(entry, node, index) ?? [])
		.filter(({ download_url: link }) => {
			if (link === undefined || fileNameOfLink(link) === undefined) return true;
			const key = fileKeyOf(link);
			return !seen.has(key) && seen.add(key);
		});
}

/**
 * Outputs of the flat list that no node has. Links that differ by their signature, or by their
 * query alone, are matched one for one, since several images of a host may differ in nothing else.
 */
function missingFrom(byNode: NodeOutput[], flat: NodeOutput[]): NodeOutput[] {
	const linksOf = (outputs: NodeOutput[]) =>
		outputs.flatMap(({ download_url: link }) => link ?? []);
	const [inNodes, inList] = [new Set(linksOf(byNode)), new Set(linksOf(flat))];
	let rest = flat.filter(({ download_url: link }) => link === undefined || !inNodes.has(link));
	let left = linksOf(byNode).filter((link) => !inList.has(link));
	for (const keyOf of [fileKeyOf, pathKeyOf]) {
		const inFlat = countsOf(linksOf(rest).map(keyOf));
		const inNode = countsOf(left.map(keyOf));
		rest = rest.filter(
			({ download_url: link }) => link === undefined || !take(inNode, keyOf(link)),
		);
		left = left.filter((link) => !take(inFlat, keyOf(link)));
	}
	return rest;
}

function countsOf(keys: string[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
	return counts;
}

/** Takes one of those that are left under this key, if there is one. */
function take(counts: Map<string, number>, key: string): boolean {
	const count = counts.get(key) ?? 0;
	counts.set(key, count - 1);
	return count > 0;
}

const isLink = (text: string | undefined) => /^(https?:\/\/|data:|\/)/i.test(text ?? '');

/** A list, or its only image without the list. */
function imagesIn(received: unknown): unknown[] {
	if (Array.isArray(received)) return received;
	const isImage = isLink(textOf(received)) || recordOf(received) !== undefined;
	return isImage ? [received] : [];
}

const placeOf = (node: string | null) => (node === null ? 'output' : `node_${node}`);

/** A full or relative link: it has no blanks and ends in a file's extension, not in a decimal. */
const isAddress = (text: string) =>
	isLink(text) || /^\S+\.(?=\d?[a-z])[a-z0-9]{1,12}([?#&]\S*)?$/i.test(text);

/**
 * An image comes as its address; sibling endpoints wrap it as `{url}` or `{filename}`, which may
 * hold the address, too. What is neither is a node's text or number (ComfyUI's own answers have
 * lists like `text: ["a cat"]`).
 */
function outputOf(entry: unknown, node: string | null, index: number): NodeOutput | undefined {
	const record = recordOf(entry);
	const text = textOf(entry);
	if (text !== undefined && (typeof entry === 'number' || !isAddress(text))) {
		const filename = `${placeOf(node)}_${index + 1}.txt`;
		return {
			filename,
			file_content: text,
			generation_status: null,
			mime_type: mimeTypeOfName(filename),
			node_id: node,
		};
	}
	const received = textAt(record, 'filename', 'name');
	const link =
		text ?? textAt(record, 'url', 'download_url') ?? (isLink(received) ? received : undefined);
	const name =
		(isLink(received) ? undefined : received) ??
		(link === undefined ? undefined : fileNameOfLink(link));
	if (link === undefined && name === undefined) return undefined;
	// Without an extension, since only the host can say what kind of file such a link leads to.
	const extension = extensionFor(readDataUri(link ?? '')?.mimeType ?? '');
	const place = `${placeOf(node)}_${index + 1}`;
	const filename = name ?? (extension === undefined ? place : `${place}.${extension}`);
	return {
		filename,
		...(link === undefined ? {} : { download_url: link }),
		generation_status: null,
		mime_type: mimeTypeOfName(filename),
		node_id: node,
	};
}
