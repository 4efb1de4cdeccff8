import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { ServiceError } from '../../../nodes/core/errors';
import { askForEditor } from '../../../nodes/Flowscale/inputs/editorCall';
import { fakeClock } from '../../harness/fakeClock';
import { endOf } from '../../harness/runs';

const NEVER = new Promise<never>(() => undefined);

/** The editor's call, with the times of its tries and of its end. */
async function ask(task: (tries: number) => Promise<string>, credentials?: Promise<never>) {
	const clock = fakeClock();
	const triesMs: number[] = [];
	const context = {
		getCredentials: async () =>
			await (credentials ?? { baseUrl: 'http://flowscale.test', apiKey: 'key-12345678' }),
		getNode: () => ({}),
		helpers: {},
		logger: {},
	} as unknown as ILoadOptionsFunctions;
	const asked = askForEditor(
		context,
		async () => {
			triesMs.push(clock.now());
			return await task(triesMs.length);
		},
		clock,
	);
	const end = await endOf(asked);
	return { end, triesMs, endMs: clock.now() };
}

const failing = (status: number, retryAfterMs?: number) =>
	new ServiceError(`HTTP ${status}`, { status, isRetryable: status !== 401, retryAfterMs });
const TOO_LATE = 'Flowscale did not answer within 12 seconds';

describe('a list of the editor', () => {
	it('ends after 12 seconds where the deployment hangs, whatever it does afterwards', async () => {
		const { end, endMs, triesMs } = await ask(async () => await NEVER);
		expect(end).toMatchObject({ kind: 'ServiceError', message: TOO_LATE });
		expect([endMs, triesMs]).toEqual([12_000, [0]]);
	});

	it('ends after 12 seconds where the deployment fails once and then hangs', async () => {
		const { end, endMs, triesMs } = await ask(async (tries) => {
			if (tries === 1) throw failing(503);
			return await NEVER;
		});
		expect(end).toMatchObject({ message: TOO_LATE });
		expect([endMs, triesMs]).toEqual([12_000, [0, 500]]);
	});

	it('ends after 12 seconds where n8n does not get the credential', async () => {
		const { end, endMs } = await ask(async () => 'list', NEVER);
		expect([end, endMs]).toMatchObject([{ message: TOO_LATE }, 12_000]);
	});

	it.each<[string, Error, number[]]>([
		['a bad gateway is asked three times', failing(502), [0, 500, 1_500]],
		['a short Retry-After is kept', failing(429, 2_000), [0, 2_000, 4_000]],
		['a long Retry-After is not waited for', failing(429, 60_000), [0]],
		['a refused key is final', failing(401), [0]],
	])('%s', async (_, failure, expected) => {
		const { end, triesMs } = await ask(async () => await Promise.reject(failure));
		expect(end).toMatchObject({ message: failure.message });
		expect(triesMs).toEqual(expected);
	});

	it('is there after a failure that passes', async () => {
		const { end } = await ask(async (tries) => {
			if (tries === 1) throw failing(502);
			return 'list';
		});
		expect(end).toEqual({ value: 'list' });
	});
});
