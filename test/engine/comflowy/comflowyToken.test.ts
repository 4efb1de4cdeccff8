import { promptOf, useComflowy } from '../../harness/comflowyHarness';
import { testCredential } from '../../harness/testCredential';
import { quick, two } from '../../harness/assertions';
import { until } from '../../harness/until';

const harness = useComflowy();
const count = (service: { journal: Array<{ route: string }> }, route: string) =>
	service.journal.filter((entry) => entry.route === route).length;
const many = Array.from({ length: 30 }, (_, n) => ({ json: { prompt: `no ${n}` } }));

test('the key is exchanged on first use, and the token is shared by later executions', async () => {
	const { node, items, service, credential } = await harness();
	await items(node('workflow.executeAndWait', promptOf()));
	expect(credential().accessToken).toBe(service.tokens[0]);
	await items(node('workflow.executeAndWait', promptOf()));
	expect(service.tokens).toHaveLength(1);
	expect(count(service, 'token')).toBe(1);
	expect(
		new Set(
			service.journal
				.filter(({ route }) => route === 'run' || route === 'check')
				.map(({ headers }) => headers.authorization),
		),
	).toEqual(new Set([`Bearer ${service.tokens[0]}`]));
});

test('a token that ends while runs are waited for is renewed, and no run is started twice', async () => {
	const { node, items, service, credential } = await harness({ runMs: 700 });
	const working = items(node('workflow.executeAndWait', promptOf()));
	await until(() => service.runs.length === 2);
	service.expireTokens();
	expect((await working).map(({ json }) => json.state)).toEqual(['succeeded', 'succeeded']);
	expect(service.runs).toHaveLength(2);
	expect(credential().accessToken).toBe(service.tokens.at(-1));
	expect(service.tokens.length).toBeGreaterThan(1);
	expect(service.tokens.length).toBeLessThan(4);
});

test('a stored token that has ended is renewed for thirty starts at once with few exchanges', async () => {
	const { node, items, service, credential } = await harness({ runMs: 60_000 });
	credential().accessToken = 'eyJ.long-ended.sig';
	await items(node('workflow.execute', promptOf()), many);
	expect(service.runs).toHaveLength(30);
	expect(count(service, 'token')).toBeLessThan(10);
});

test('a key that is not accepted fails the item with what to do, starts nothing and shows no key', async () => {
	const { node, error, service, credential } = await harness();
	const wrong = service.apiKey.replace('sim', 'wrong');
	Object.assign(credential(), { apiKey: wrong });
	const failure = await error(node('workflow.executeAndWait', promptOf()));
	expect(failure.message).toMatch(
		/^Comflowy gave no access token for this API key \(HTTP 401: invalid api key \*\*\*\)\. Check the API Key/,
	);
	expect(JSON.stringify([failure, failure.message, failure.description])).not.toContain(wrong);
	expect(service.runs).toEqual([]);
});

test('the credential test says what the exchange said', async () => {
	const { engine, credential } = await harness();
	expect(await testCredential(engine, 'comflowyApi')).toEqual({
		status: 'OK',
		message: 'Connection successful!',
	});
	Object.assign(credential(), { apiKey: 'wrong', accessToken: '' });
	expect(await testCredential(engine, 'comflowyApi')).toEqual({
		status: 'Error',
		message: expect.stringMatching(
			/^Comflowy gave no access token for this API key \(HTTP 401: .+\)\. Check the API Key/,
		) as string,
	});
});

test('the credential test is passed where the exchange is by POST, after one exchange', async () => {
	const byPost = await harness({ tokenMethod: 'POST' });
	expect(await testCredential(byPost.engine, 'comflowyApi')).toEqual({
		status: 'OK',
		message: 'Connection successful!',
	});
	expect(count(byPost.service, 'token')).toBe(2);
	expect(byPost.service.tokens).toHaveLength(1);
});

test('the credential test asks for a new token although there is one, and says where the address is no Comflowy', async () => {
	const { engine, credential, service } = await harness();
	credential().accessToken = 'eyJ.still-valid.sig';
	await testCredential(engine, 'comflowyApi');
	expect(service.tokens).toHaveLength(1);
	service.fault({
		on: 'token',
		kind: 'status',
		status: 404,
		body: '<html>Not Found</html>',
		times: 9,
	});
	expect(await testCredential(engine, 'comflowyApi')).toEqual({
		status: 'Error',
		message:
			'Comflowy gave no access token for this API key (HTTP 404). Check the API Key and the Base URL in the credential.',
	});
});

test('an exchange that fails for a moment is tried again before anything is started', async () => {
	const { node, items, service } = await harness();
	service.fault({ on: 'token', kind: 'status', status: 503, times: 1 });
	expect(
		(await items(node('workflow.executeAndWait', promptOf()), two.slice(0, 1))).map(
			({ json }) => json.state,
		),
	).toEqual(['succeeded']);
	expect(service.runs).toHaveLength(1);
});

test.each(['html', 'empty200'] as const)(
	'one answer that is none (%s) in place of the first token is asked for again',
	async (kind) => {
		const { node, items, service } = await harness();
		service.fault({ on: 'token', kind });
		const done = await items(node('workflow.executeAndWait', promptOf()), two.slice(0, 1));
		expect(done.map(({ json }) => json.state)).toEqual(['succeeded']);
		expect([service.runs.length, count(service, 'token')]).toEqual([1, 2]);
	},
);

test.each(['html', 'empty200'] as const)(
	'one answer that is none (%s) at a renewal ends no wait and no start',
	async (kind) => {
		const { node, items, service } = await harness({ runMs: 700 });
		const working = items(node('workflow.executeAndWait', promptOf()));
		await until(() => service.runs.length === 2);
		service.expireTokens();
		service.fault({ on: 'token', kind });
		expect((await working).map(({ json }) => json.state)).toEqual(['succeeded', 'succeeded']);
		service.expireTokens();
		service.fault({ on: 'token', kind });
		expect(await items(node('workflow.execute', promptOf()), two.slice(0, 1))).toHaveLength(1);
		expect(service.runs).toHaveLength(3);
	},
);

test('an exchange that keeps failing is an error that speaks of the token, not of a run that may have started', async () => {
	const { node, error, service } = await harness();
	service.fault({ on: 'token', kind: 'resetBefore', times: 99 });
	const failure = await error(node('workflow.execute', promptOf()), two.slice(0, 1));
	expect(failure.message).toContain('Comflowy gave no access token');
	expect(failure.message).not.toContain('may have started');
	expect(service.runs).toEqual([]);
});

test('the exchange by POST is found where GET is not offered', async () => {
	const { node, items, service } = await harness({ tokenMethod: 'POST' });
	expect(await items(node('workflow.execute', promptOf()), two.slice(0, 1))).toHaveLength(1);
	expect(
		service.journal
			.filter(({ route }) => route === 'token')
			.map(({ method, status }) => [method, status]),
	).toEqual([
		['GET', 405],
		['POST', 200],
	]);
});

test('a token that the service repeats in its refusal is cut out, and a 401 that stays is final', async () => {
	const { node, error, service } = await harness();
	service.fault({
		on: 'run',
		kind: 'status',
		status: 401,
		body: JSON.stringify({ success: false, error: 'invalid token' }),
		times: 9,
	});
	const failure = await error(node('workflow.execute', promptOf()), two.slice(0, 1));
	expect(failure).toMatchObject({
		httpCode: '401',
		message: 'Comflowy answered HTTP 401: invalid token',
		description: expect.stringContaining('Check the API key') as string,
	});
	expect(service.runs).toEqual([]);
	expect(count(service, 'run')).toBe(2);
});

test('download hosts see neither key nor token, and items hold neither', async () => {
	const { node, items, service, credential } = await harness();
	const done = await items(node('workflow.executeAndWait', promptOf()));
	const files = service.journal.filter(({ host }) => host === 'files');
	expect(files).toHaveLength(2);
	expect(files.map(({ headers }) => [headers.authorization, headers['x-api-key']])).toEqual([
		[undefined, undefined],
		[undefined, undefined],
	]);
	const shown = JSON.stringify(done);
	expect(shown).not.toContain(String(credential().accessToken));
	expect(shown).not.toContain(service.apiKey);
});

test('and where it is said of GET that there is nothing', async () => {
	const { node, items, service } = await harness({ tokenMethod: 'POST' });
	service.fault({
		on: 'token',
		kind: 'status',
		status: 404,
		body: 'Cannot GET /api/open/v0/auth/token',
	});
	expect(await items(node('workflow.execute', promptOf()), two.slice(0, 1))).toHaveLength(1);
	expect(
		service.journal
			.filter(({ route }) => route === 'token')
			.map(({ method, status }) => [method, status]),
	).toEqual([
		['GET', 404],
		['POST', 200],
	]);
});

test.each([
	['the first token', ''],
	['a new token', 'eyJ.long-ended.sig'],
])(
	'Stop while n8n fetches %s ends the execution at once, and starts nothing',
	async (_, accessToken) => {
		const { node, run, items, service, credential } = await harness();
		credential().accessToken = accessToken;
		service.fault({ on: 'token', kind: 'slowFirstByte', ms: 3_000 });
		let stop = () => {};
		const ended = run(node('workflow.executeAndWait', promptOf()), two, {
			onStart: (execution) => (stop = () => execution.cancel()),
		});
		await until(() => count(service, 'token') === 1);
		stop();
		expect((await ended).status).toBe('canceled');
		const exchange = service.journal.find(({ route }) => route === 'token');
		expect(exchange).toMatchObject({ status: null });
		// Waits for the same token, behind the starts that were stopped.
		await items(node('workflow.execute', promptOf()), [{ json: { prompt: 'after Stop' } }]);
		expect(exchange).toMatchObject({ status: 200 });
		expect(service.runs.map(({ params }) => params)).toEqual([{ '6::text': 'after Stop' }]);
	},
);

test('a start for which the token comes after its Timeout is an error that says so, not a run that may have started', async () => {
	const { node, error, service } = await harness();
	service.fault({ on: 'token', kind: 'slowFirstByte', ms: 900 });
	const options = { ...quick, timeout: 0.3 };
	const failure = await error(
		node('workflow.executeAndWait', promptOf('image', options)),
		two.slice(0, 1),
	);
	expect(failure.message).toContain('the credential was not ready in time');
	expect(service.runs).toEqual([]);
});
