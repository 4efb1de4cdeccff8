import { picture } from '../../simulator/media/picture';
import type { Credential } from './connectRest';
import { createPlayer } from './createPlayer';
import type { Execution } from './execution';
import { kindOf } from './fileKinds';
import { beginningOf, inProduction } from './inProduction';
import { ok } from './platform';
import { readExamples } from './readExamples';
import type { Harness } from './stage';
import { startBucket } from './startBucket';
import { startModel } from './startModel';
import { startReceiver } from './startReceiver';

export interface PlayedExample {
	execution: Execution;
	/** What the caller of the workflow was answered: a text, or the kind of a file. */
	answer: string;
	/** Objects that were stored in the bucket, with the kind of each. */
	stored: string[];
}

/** What a person enters who has a picture and a wish. */
function pictureForm(file: string, wish: string): FormData {
	const form = new FormData();
	form.append(file, new Blob([picture('a lake', 1)], { type: 'image/png' }), 'lake.png');
	form.append(wish, 'a mosaic of gold');
	return form;
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
	const { publish, call, upload, submit, newest, ended } = createPlayer(harness);
	const model = await startModel({ prompt: 'a lake under the stars' });
	const receiver = await startReceiver();
	const bucket = await startBucket();
	try {
		const openAiApi = await harness.rest.createCredential('OpenAi account', 'openAiApi', {
			apiKey: 'unused',
			url: model.baseUrl,
		});
		const s3 = await harness.rest.createCredential('S3 account', 's3', {
			endpoint: bucket.baseUrl,
			region: 'us-east-1',
			accessKeyId: 'unused',
			secretAccessKey: 'unused',
			forcePathStyle: true,
		});
		const example = (await readExamples({ ...credentialsOf(harness), openAiApi, s3 })).get(name);
		ok(example, `there is no example ${name}`);
		const beginning = beginningOf(example, name);
		const saved = await publish(inProduction(example, name, receiver.baseUrl));

		const begin = async (): Promise<string> => {
			// The group that is waited for was started elsewhere.
			if (name === 'group-summary') harness.flowscale.addRuns(3, { groupId: 'spring-catalogue' });
			if (beginning.by === 'call') return await call(beginning.path);
			if (beginning.by === 'upload')
				return kindOf(await upload(beginning.path, pictureForm('picture', 'style')));
			if (beginning.by === 'form') {
				const page = await submit(beginning.path, pictureForm('field-0', 'field-1'));
				return /restyled\.png/.exec(page)?.[0] ?? page;
			}
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
		return { execution: await ended(id, timeoutMs), answer, stored: bucket.objects };
	} finally {
		model.close();
		receiver.close();
		bucket.close();
	}
};
