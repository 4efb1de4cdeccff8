import type { Check } from './check';
import { allItemsOf } from './execution';
import { expectedExamples, type Expected } from './expectedExamples';
import { fileKinds } from './fileKinds';
import { deepEqual, equal, ok } from './platform';
import { credentialsOf, playExample, type PlayedExample } from './playExample';
import { readExamples } from './readExamples';
import type { Harness } from './stage';

/** A chat that streams is answered in pieces, one line of JSON each. */
const streamedText = (answer: string): { text: string; pieces: number } => {
	const lines = answer
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line) as { type: string; content?: string });
	const pieces = lines.flatMap(({ type, content }) =>
		type === 'item' && content ? [content] : [],
	);
	return { text: pieces.join(''), pieces: pieces.length };
};

/** It takes the runs of all others for its own, so it is played before them. */
const byEvent = 'on-finished-run';

/** Every workflow a user can import, executed as production does and its files opened. */
export const examples = async (harness: Harness): Promise<Check[]> => {
	const names = [...(await readExamples(credentialsOf(harness))).keys()];
	const others = names.filter((name) => name !== byEvent);
	const plays = new Map<string, Promise<PlayedExample>>();
	/** Some of them mostly wait, so they do it at the same time. */
	const playedOf = (name: string): Promise<PlayedExample> => {
		const wanted = name === byEvent ? [byEvent] : others;
		for (const one of wanted) {
			if (plays.has(one)) continue;
			const play = playExample(harness, one);
			// Each is reported by a check of its own.
			play.catch(() => {});
			plays.set(one, play);
		}
		return plays.get(name) ?? playExample(harness, name);
	};

	const check = async ({ execution }: PlayedExample, { node, items, kinds, field }: Expected) => {
		const found = allItemsOf(execution, node);
		equal(found.length, items, `items at "${node}"`);
		deepEqual((await fileKinds(harness.rest, found)).sort(), kinds);
		if (field)
			deepEqual(
				found.map(({ json }) => json[field.name]),
				field.values,
			);
	};

	return [byEvent, ...others].map((name) => ({
		name: `${name}.json runs as imported`,
		run: async () => {
			const expected = expectedExamples[name];
			ok(expected, 'nothing is expected of it: add a line to expectedExamples.ts');
			const played = await playedOf(name);
			equal(played.execution.status, 'success', played.execution.error?.message);
			for (const one of expected.nodes) await check(played, one);
			if (expected.streams !== undefined) {
				const { text, pieces } = streamedText(played.answer);
				equal(text, expected.streams);
				ok(pieces > 3, `streamed in ${pieces} pieces`);
			}
			if (expected.stored) {
				const names = played.stored.map((object) => object.split('/').at(-1));
				deepEqual(names.sort(), expected.stored);
			}
			if (expected.answers) equal(played.answer, expected.answers);
			for (const { service } of harness.connections) deepEqual(service.unknown, []);
		},
	}));
};
