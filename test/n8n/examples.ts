import type { Check } from './check';
import { itemsOf } from './execution';
import { fileKinds } from './fileKinds';
import { deepEqual, equal, ok } from './platform';
import { credentialsOf, playExample } from './playExample';
import { readExamples } from './readExamples';
import type { Stage } from './stage';

/** Items at a node of an example, and the files they must carry. */
interface Expected {
	node: string;
	items: number;
	kinds: string[];
	/** In the order of the items. */
	outputs?: string[];
}

const times = (count: number, kind: string): string[] => Array.from({ length: count }, () => kind);

const expected: Record<string, Expected[]> = {
	'text-to-image': [{ node: 'Use the Pictures', items: 4, kinds: times(4, 'png') }],
	'image-to-image-and-video': [
		{ node: 'Use the Picture', items: 2, kinds: times(2, 'png') },
		{ node: 'Use the Video', items: 2, kinds: times(2, 'mp4') },
	],
	'batch-with-error-branch': [
		{ node: 'Use the Pictures', items: 4, kinds: times(4, 'png') },
		{ node: 'Report', items: 1, kinds: [] },
	],
	// The trigger's own workflow: the two runs that end once it is on.
	'on-finished-run': [{ node: 'Your Next Step', items: 2, kinds: times(2, 'png') }],
	'start-and-collect': [{ node: 'Use the Files', items: 8, kinds: [...times(2, 'mp4'), ...times(4, 'png')] }],
	'comflowy-callback': [{ node: 'Use the Images', items: 2, kinds: times(2, 'png') }],
	'flowai-streaming-chat': [{ node: 'Answer', items: 1, kinds: [], outputs: ['Yes, I heard: Are you there?'] }],
};

/** A chat that streams is answered in pieces, one line of JSON each. */
const streamedText = (answer: string): { text: string; pieces: number } => {
	const lines = answer.split('\n').filter(Boolean).map((line) => JSON.parse(line) as { type: string; content?: string });
	const pieces = lines.flatMap(({ type, content }) => (type === 'item' && content ? [content] : []));
	return { text: pieces.join(''), pieces: pieces.length };
};

/** Every workflow a user can import, executed as production does and its files opened. */
export const examples = async (stage: Stage): Promise<Check[]> => {
	const names = [...(await readExamples(credentialsOf(stage))).keys()];

	return names.map((name) => ({
		name: `${name}.json runs as imported`,
		run: async () => {
			ok(expected[name], 'nothing is expected of it: add a line to examples.ts');
			const { execution, answer } = await playExample(stage, name);
			equal(execution.status, 'success', execution.error?.message);
			for (const { node, items, kinds, outputs } of expected[name]) {
				const found = itemsOf(execution, node);
				equal(found.length, items, `items at "${node}"`);
				deepEqual((await fileKinds(stage.rest, found)).sort(), kinds);
				if (outputs) deepEqual(found.map(({ json }) => json.output), outputs);
			}
			if (name.includes('streaming')) {
				const { text, pieces } = streamedText(answer);
				equal(text, expected[name][0].outputs?.[0], answer);
				ok(pieces > 3, `streamed in ${pieces} pieces`);
			}
			for (const { service } of stage.connections) deepEqual(service.unknown, []);
		},
	}));
};
