import type { INode } from 'n8n-workflow';

/** Distance of the points that n8n's editor puts things on. */
const GRID = 16;
const NODE = { width: 96, height: 96 };
/** A name and a subtitle below the node. */
const LABEL = 56;
/** An agent is drawn wider, with room for the wires of its model and tools. */
const WIDE = 256;
/** What the editor needs for a note's text, roughly: measured on its screen. */
const TEXT = { letter: 7.2, line: 20, gap: 9, title: 38, subtitle: 27, margin: 28, edge: 24 };

export interface Box {
	name: string;
	x: number;
	y: number;
	width: number;
	height: number;
	/** How far down a note is covered with text; nodes may lie below. */
	textHeight?: number;
}

export function boxOf({ name, type, position: [x, y], parameters }: INode): Box {
	if (!type.endsWith('.stickyNote'))
		return {
			name,
			x,
			y,
			width: type.endsWith('.agent') ? WIDE : NODE.width,
			height: NODE.height + LABEL,
		};
	const [width, height] = [Number(parameters.width), Number(parameters.height)];
	return { name, x, y, width, height, textHeight: textHeight(String(parameters.content), width) };
}

/** A node may lie on a note as a whole, below its text; nothing else may share a place. */
export function isCovered(one: Box, other: Box): boolean {
	if (!isShared(one, other)) return false;
	const [note, node] = one.textHeight === undefined ? [other, one] : [one, other];
	if (note.textHeight === undefined || node.textHeight !== undefined) return true;
	const isInside =
		node.x > note.x &&
		node.x + node.width < note.x + note.width &&
		node.y + node.height <= note.y + note.height;
	return !isInside || node.y < note.y + note.textHeight;
}

export const isOffGrid = ({ x, y, width, height, textHeight: isNote }: Box): boolean =>
	[x, y, ...(isNote ? [width, height] : [])].some((value) => value % GRID !== 0);

/** A note's text has to fit into it too. */
export const isTooFull = ({ height, textHeight: needed = 0 }: Box): boolean => needed > height;

const isShared = (one: Box, other: Box): boolean =>
	one.x < other.x + other.width &&
	other.x < one.x + one.width &&
	one.y < other.y + other.height &&
	other.y < one.y + one.height;

function textHeight(content: string, width: number): number {
	const linesOf = (letters: number) => Math.ceil((letters * TEXT.letter) / (width - TEXT.margin));
	const heights = content.split('\n').map((paragraph) => {
		if (paragraph === '') return TEXT.gap;
		if (paragraph.startsWith('## ')) return TEXT.title * linesOf(paragraph.length * 1.55);
		if (paragraph.startsWith('### ')) return TEXT.subtitle * linesOf(paragraph.length * 1.15);
		return TEXT.line * linesOf(paragraph.replace(/[*`]/g, '').length);
	});
	return TEXT.edge + heights.reduce((sum, part) => sum + part, 0);
}
