import type { INode, INodeExecutionData, IRun } from 'n8n-workflow';
import { sleep } from '../../simulator/platform';
import { outputOf } from '../harness/runWorkflow';
import { linksOf } from '../harness/assertions';
import { until } from '../harness/until';
import type { Duration, Provider } from './provider';
import { useProviders } from './providers';

/** What every service's node promises, whatever the service is like. */
const providers = useProviders();
const services = Object.keys(providers);

const prompts = ['red fox', 'blue whale', 'grey owl'];
const items: INodeExecutionData[] = prompts.map((prompt, n) => ({ json: { prompt, n } }));
const withLost = (n: number) =>
	items.map(({ json }) => ({ json: { ...json, isLost: json.n === n } }));
const LONG = () => 600_000;

const open = async (service: string, duration: Duration = () => 30): Promise<Provider> =>
	await providers[service](duration);
const errorIn = (run: IRun) =>
	run.data.resultData.error as unknown as
		| { message: string; description?: string; httpCode?: string; context: { itemIndex?: number } }
		| undefined;
const inOrder = (started: string[]) =>
	[...started].sort((a, b) => prompts.indexOf(a) - prompts.indexOf(b));

describe.each(services)('%s', (service) => {
	test('waits for the results, and keeps the items’ order and links, whichever is ready first', async () => {
		const { node, run, name, promptIn, started } = await open(
			service,
			(prompt) => [600, 300, 20][prompts.indexOf(prompt)],
		);
		const done = outputOf(await run(node(), items), name);
		expect(done.map(promptIn)).toEqual(prompts);
		expect(linksOf(done)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
		expect(inOrder(started())).toEqual(prompts);
		expect(done.filter(({ json }) => 'error' in json)).toEqual([]);
	});

	test('an item that is refused ends the node with the service’s words, its status and the item', async () => {
		const { node, run } = await open(service);
		expect(errorIn(await run(node(), withLost(1)))).toMatchObject({
			message: expect.stringMatching(/not.?found/i) as string,
			httpCode: '404',
			context: { itemIndex: 1 },
		});
	});

	test.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'with "%s" the refused item fails alone',
		async (onError) => {
			const { node, run, name, promptIn } = await open(service);
			const done = await run(node({}, { onError }), withLost(1));
			const [good, bad] =
				onError === 'continueErrorOutput'
					? [outputOf(done, name), outputOf(done, name, 1)]
					: [0, 1].map((isBad) =>
							outputOf(done, name).filter(({ json }) => Number('error' in json) === isBad),
						);
			expect(good.map(promptIn)).toEqual([prompts[0], prompts[2]]);
			expect(linksOf(good)).toEqual([{ item: 0 }, { item: 2 }]);
			expect([bad.map(({ json }) => json.error), linksOf(bad)]).toEqual([
				[expect.stringMatching(/not.?found/i)],
				[{ item: 1 }],
			]);
		},
	);

	test('a mistake in one item is refused before any request, with the item', async () => {
		const { node, run, requests } = await open(service);
		const error = errorIn(await run(node({ timeout: '={{ $json.n === 1 ? -1 : 5 }}' }), items));
		expect(error).toMatchObject({
			message: 'Timeout must be a number of at least 0',
			context: { itemIndex: 1 },
		});
		expect(requests()).toBe(0);
	});

	test('with "continue on fail" a mistake fails its item, and the others run', async () => {
		const { node, run, name, started } = await open(service);
		const done = outputOf(
			await run(
				node({ timeout: '={{ $json.n === 1 ? -1 : 5 }}' }, { onError: 'continueRegularOutput' }),
				items,
			),
			name,
		);
		expect(done.map(({ json }) => json.error)).toEqual([
			undefined,
			expect.stringContaining('Timeout must be'),
			undefined,
		]);
		expect(inOrder(started())).toEqual([prompts[0], prompts[2]]);
	});

	test('Stop ends all waits at once, and what can be ended at the service is', async () => {
		const { node, run, started, hasLetGo } = await open(service, LONG);
		let execution: { cancel(): void } | undefined;
		const working = run(node({ timeout: 0 }), items, { onStart: (it) => (execution = it) });
		await until(() => started().length === 3);
		const stoppedAt = Date.now();
		execution?.cancel();
		expect((await working).status).toBe('canceled');
		expect(Date.now() - stoppedAt).toBeLessThan(3_000);
		await sleep(300);
		for (let looks = 0; !hasLetGo() && looks < 20; looks++) await sleep(100);
		expect(hasLetGo()).toBe(true);
	});

	test('a wait that is longer than Timeout is an error', async () => {
		const { node, run, started } = await open(service, LONG);
		const error = errorIn(await run(node({ timeout: 0.5 }), items.slice(0, 1)));
		// A busy machine notices the end of the half second a little later.
		expect(error?.message).toMatch(/within (0\.[5-9]|[1-9]\d*(\.\d)?) s/);
		expect(started()).toHaveLength(1);
	});

	test.each(['resetAfter', 'truncatedJson', 'empty200', 'html'] as const)(
		'a start whose answer is lost (%s) is sent once',
		async (kind) => {
			const { node, run, started, fault } = await open(service);
			fault({ kind });
			await run(node(), items.slice(0, 1));
			expect(started()).toEqual([prompts[0]]);
		},
	);

	test.each([
		['429', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }],
		['503 with Retry-After', { kind: 'status', status: 503, headers: { 'retry-after': '0' } }],
	] as const)('a start that was turned away (%s) is sent again', async (_, fault) => {
		const provider = await open(service);
		provider.fault(fault);
		const done = outputOf(await provider.run(provider.node(), items.slice(0, 1)), provider.name);
		expect([done.map(provider.promptIn), provider.started()]).toEqual([[prompts[0]], [prompts[0]]]);
	});

	test('a start that fails with 500 is an error that says it was not repeated', async () => {
		const { node, run, fault, requests, started } = await open(service);
		fault({ kind: 'status', status: 500, times: 9 });
		const error = errorIn(await run(node(), items.slice(0, 1)));
		expect(`${error?.message} ${error?.description}`).toMatch(/not (started|sent) again/);
		expect(started()).toEqual([]);
		expect(requests()).toBeGreaterThan(0);
	});

	test('with Retry On Fail nothing that was started is started again', async () => {
		const { node, run, name, fault, started, promptIn } = await open(service);
		fault({ kind: 'status', status: 400, after: 1 });
		const done = outputOf(
			await run(
				node({}, { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 }),
				items.slice(0, 2),
			),
			name,
		);
		expect(done.map(promptIn)).toEqual(prompts.slice(0, 2));
		expect(inOrder(started())).toEqual(prompts.slice(0, 2));
	});

	describe.each(['node', 'tool'] as const)('as a %s', (kind) => {
		const retried = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
		const used = ({ asTool }: Provider, made: INode) => (kind === 'tool' ? asTool(made) : made);

		test('it gives the result', async () => {
			const provider = await open(service);
			const done = await provider.run(used(provider, provider.node()), items.slice(0, 1));
			expect(outputOf(done, provider.name).map(provider.promptIn)).toEqual([prompts[0]]);
		});

		test('with Retry On Fail a start whose answer was lost is sent once in three tries', async () => {
			const provider = await open(service);
			provider.fault({ kind: 'resetAfter', times: 9 });
			const made = used(provider, provider.node({}, retried));
			const error = errorIn(await provider.run(made, items.slice(0, 1)));
			expect(provider.started()).toEqual([prompts[0]]);
			// A service that lists its runs has it found again.
			if (error) expect(error.message).toMatch(/may have (started|run), and was not \w+ again/);
		});

		test('with Retry On Fail a wait that ended with Timeout starts nothing again', async () => {
			const provider = await open(service, LONG);
			const made = used(provider, provider.node({ timeout: 0.5 }, retried));
			const error = errorIn(await provider.run(made, items.slice(0, 1)));
			expect(error).toBeDefined();
			expect(provider.started()).toEqual([prompts[0]]);
		});
	});

	test('the key is in no item and in no error, even when the service repeats it', async () => {
		const { node, run, secrets, fault } = await open(service);
		const good = await run(node(), items);
		const failed: IRun[] = [];
		const received = new Set<string>();
		for (const status of [400, 401, 500]) {
			const words = `bad ${secrets().join(' ')}`;
			secrets().forEach((secret) => received.add(secret));
			fault({
				kind: 'status',
				status,
				times: status === 401 ? 2 : 1,
				body: JSON.stringify({ error: words, errors: words }),
			});
			failed.push(await run(node(), items.slice(0, 1)));
		}
		const shown = JSON.stringify([
			good.data,
			...failed.map(({ data }) => [data, errorIn({ data } as IRun)?.message]),
		]);
		expect(shown).toContain('bad ***');
		expect([...received].filter((secret) => shown.includes(secret))).toEqual([]);
	});
});
