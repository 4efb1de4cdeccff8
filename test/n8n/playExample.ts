import type { Credential } from './connectRest';
import { createPlayer } from './createPlayer';
import type { Execution } from './execution';
import { beginningOf, inProduction } from './inProduction';
import { ok } from './platform';
import { readExamples } from './readExamples';
import type { Harness } from './stage';
import { startModel } from './startModel';
import { startReceiver } from './startReceiver';

export interface PlayedExample {
	execution: Execution;
	/** What the caller of the workflow was answered. */
	answer: string;
}

export const question = 'Draw me a lake, are you there?';

export const credentialsOf = ({ connections }: Harness): Record<string, Credential> =>
	Object.fromEntries(connections.map(({ from, credential }) => [from.credentialType, credential]));

/**
 * Publishes an example and lets happen what begins it in production: a schedule, a message, an
 * event, or a call.
 */
export const playExample = async (
	harness: Harness,
	name: string,
	timeoutMs = 300_000,
): Promise<PlayedExample> => {
	const { publish, call, newest, ended } = createPlayer(harness);
	const model = await startModel({ prompt: 'a lake under the stars' });
	const receiver = await startReceiver();
	try {
		const openAiApi = await harness.rest.createCredential('OpenAi account', 'openAiApi', {
			apiKey: 'unused',
			url: model.baseUrl,
		});
		const example = (await readExamples({ ...credentialsOf(harness), openAiApi })).get(name);
		ok(example, `there is no example ${name}`);
		const beginning = beginningOf(example, name);
		const saved = await publish(inProduction(example, name, receiver.baseUrl));

		const begin = async (): Promise<string> => {
			if (beginning.by === 'call') return await call(beginning.path);
			if (beginning.by === 'chat')
				return await call(beginning.path, {
					action: 'sendMessage',
					sessionId: 'one',
					chatInput: question,
				});
			// What had ended before a trigger was switched on is none of its business.
			if (beginning.by === 'event') harness.flowscale.addRuns(2);
			return '';
		};
		const answer = await begin();
		const id = await newest(saved, 90_000);
		// Schedules must not go on, and the same addresses are wanted again elsewhere.
		await harness.rest.deactivate(saved);
		return { execution: await ended(id, timeoutMs), answer };
	} finally {
		model.close();
		receiver.close();
	}
};
