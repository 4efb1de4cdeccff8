import type { IExecuteFunctions } from 'n8n-workflow';
import { isTool } from '../../../../../nodes/core/items/agentTool';
import type { StreamListener } from '../api/answerStream';

export type Say = (type: 'begin' | 'item' | 'end', text?: string) => void;

/** Passes pieces of text on in a readable order. */
export interface ChunkStreamer extends StreamListener {
	/**
	 * No more pieces follow. The whole answer is passed on at once if no piece of it was; undefined:
	 * the answer broke off.
	 */
	finish(output: unknown): void;
}

const BETWEEN_NODES = '\n\n';

/**
 * Pieces of several nodes arrive interleaved and would make no sentence in that order. One node's
 * pieces are passed on at a time, and those of the others are kept until it has ended.
 */
export function createChunkStreamer(say: Say): ChunkStreamer {
	const noted = new Map<string, string>();
	const ended = new Set<string>();
	let live: string | undefined;
	let hasSpoken = false;

	const speak = (text: string) => {
		if (!hasSpoken) say('begin');
		hasSpoken = true;
		say('item', text);
	};
	const nextNode = () => {
		live = undefined;
		for (const [node, text] of noted) {
			noted.delete(node);
			speak(BETWEEN_NODES + text);
			if (ended.has(node)) continue;
			live = node;
			return;
		}
	};
	return {
		onText: (node, text) => {
			const isFirst = live === undefined;
			live ??= node;
			if (node === live) speak(isFirst && hasSpoken ? BETWEEN_NODES + text : text);
			else noted.set(node, (noted.get(node) ?? '') + text);
		},
		onNodeEnd: (node) => {
			ended.add(node);
			if (node === live) nextNode();
		},
		finish: (output) => {
			for (const text of noted.values()) speak(BETWEEN_NODES + text);
			noted.clear();
			if (!hasSpoken && output !== undefined)
				speak(typeof output === 'string' ? output : JSON.stringify(output));
			if (hasSpoken) say('end');
		},
	};
}

/**
 * The listener for the text: a chat, or the caller of a streaming webhook. undefined where n8n has
 * no listener.
 */
export function openChunkStreamer(
	context: IExecuteFunctions,
	itemIndex: number,
): (ChunkStreamer & { done(): Promise<void> }) | undefined {
	// Older n8n has neither; a tool answers its agent, not the chat.
	const canStream =
		typeof context.isStreaming === 'function' && typeof context.sendChunk === 'function';
	if (!canStream || isTool(context) || !context.isStreaming()) return undefined;
	let sent: Promise<unknown> = Promise.resolve();
	const say: Say = (type, text) => {
		// It returns a promise, whatever its type says. A listener that has gone is no reason to fail.
		sent = sent
			.then(() => context.sendChunk(type, itemIndex, text) as unknown)
			.catch(() => undefined);
	};
	return { ...createChunkStreamer(say), done: async () => void (await sent) };
}
