import { startEngine, type Engine } from '../../harness/startEngine';
import { userFolder } from '../../harness/environment';
import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { fs, projectDir } from '../../../simulator/platform';
import { defaultWorkflows } from '../../../simulator/flowscale/workflows';
import type { Fault, Flowscale } from '../../../simulator/flowscale/startFlowscale';
import { flowscaleNode, listenToLog, MARK, openFaultHarness } from '../../faults/faultHarness';
import { openElsewhere, type Elsewhere } from '../../faults/elsewhere';
import { findText } from '../../faults/findText';
import { useFastTime } from '../../harness/fastTime';

let engine: Engine;
let log: string[];
let elsewhere: Elsewhere;
useFastTime(10);
beforeAll(async () => {
	engine = await startEngine(projectDir, {});
	log = await listenToLog(engine);
	elsewhere = await openElsewhere();
});
afterAll(async () => {
	await elsewhere.close();
	await fs.rm(userFolder, { recursive: true, force: true });
});

const token = `${MARK}-proxy-"quoted"-token/1=`;
const proxyHeaders = { Authorization: `Bearer ${token}`, 'X-Session-Cookie': `${MARK}-cookie-42` };
const proxy: ICredentialDataDecryptedObject = {
	authentication: 'headers',
	apiKey: '',
	headers: { header: Object.entries(proxyHeaders).map(([name, value]) => ({ name, value })) },
};

/**
 * Runs a node against a deployment with a key, and against one behind a proxy with secret headers.
 */
async function leaksOf(
	operation: string,
	parametersOf: (flowscale: Flowscale, secret: string) => IDataObject,
	faultsOf: (secret: string) => Fault[],
): Promise<string[]> {
	const slots: string[] = [];
	for (const mode of ['apiKey', 'headers'] as const) {
		const { flowscale, run } =
			mode === 'apiKey'
				? await openFaultHarness(engine)
				: await openFaultHarness(engine, { requiredHeaders: proxyHeaders }, proxy);
		const secret = mode === 'apiKey' ? String(flowscale.apiKey) : token;
		const parameters = parametersOf(flowscale, secret);
		for (const onError of [
			'stopWorkflow',
			'continueRegularOutput',
			'continueErrorOutput',
		] as const) {
			faultsOf(secret).forEach(flowscale.fault);
			const execution = await run(flowscaleNode(operation, parameters, { onError }), [
				{ json: {} },
				{ json: {} },
			]);
			flowscale.clearFaults();
			slots.push(...findText(execution, MARK).map((path) => `${mode} ${onError}${path}`));
			// What n8n stores and sends to the browser.
			if (JSON.stringify(execution).includes(MARK)) slots.push(`${mode} ${onError} as JSON`);
		}
		const others = flowscale.journal.filter(({ host }) => host !== 'api');
		slots.push(
			...findText(
				{ urls: flowscale.journal.map(({ url }) => url), others, visits: elsewhere.visits },
				MARK,
			).map((path) => `${mode}${path}`),
		);
		expect(flowscale.journal.length).toBeGreaterThan(0);
		await flowscale.close();
	}
	return slots;
}

const echo = (secret: string) => `You sent ${secret}, encoded ${encodeURIComponent(secret)}`;
const body = (secret: string) =>
	JSON.stringify({ status: 'error', data: null, errors: echo(secret) });
const for6 = { times: 6 };
const start: IDataObject = {
	workflowId: { __rl: true, mode: 'id', value: defaultWorkflows[0].id },
	inputMode: 'json',
	inputsJson: '{ "text_51536": "a fox" }',
	options: { pollInterval: 0.1, timeout: 30 },
};
const failedRun = (flowscale: Flowscale, secret: string) => ({
	runId: flowscale.addRuns(1, { state: 'failed', errorText: echo(secret) })[0].id,
});

describe('the key, and the secrets of custom headers, are nowhere in the execution, the log or at other hosts', () => {
	type Row = [
		label: string,
		operation: string,
		parametersOf: (flowscale: Flowscale, secret: string) => IDataObject,
		faultsOf: (secret: string) => Fault[],
	];
	it.each<Row>([
		[
			'a refusal that echoes it',
			'cluster.getHealth',
			() => ({}),
			(secret) => [{ on: 'health', kind: 'status', status: 401, body: body(secret), ...for6 }],
		],
		[
			'a refused start that echoes it',
			'workflow.execute',
			() => start,
			(secret) => [{ on: 'startRun', kind: 'status', status: 400, body: body(secret), ...for6 }],
		],
		[
			'a validation error that echoes it',
			'workflow.execute',
			() => start,
			(secret) => [
				{
					on: 'startRun',
					kind: 'status',
					status: 422,
					body: JSON.stringify({
						detail: [{ loc: ['header', 'x-api-key'], msg: echo(secret), input: secret }],
					}),
					...for6,
				},
			],
		],
		[
			'an uncertain start that echoes it',
			'workflow.executeAndWait',
			() => start,
			(secret) => [
				{
					on: 'startRun',
					kind: 'status',
					status: 502,
					body: `<html><h1>${echo(secret)}</h1></html>`,
					...for6,
				},
			],
		],
		[
			'a page that echoes it',
			'cluster.getQueue',
			() => ({}),
			(secret) => [{ on: 'queue', kind: 'html', body: `<html>${echo(secret)}</html>`, times: 24 }],
		],
		[
			'a redirect that carries it',
			'workflow.getMany',
			() => ({}),
			(secret) => [
				{
					on: 'workflows',
					kind: 'redirect',
					to: `${elsewhere.origin}/?key=${encodeURIComponent(secret)}`,
					...for6,
				},
			],
		],
		[
			'a redirected start',
			'workflow.execute',
			() => start,
			() => [
				{ on: 'startRun', kind: 'redirect', status: 307, to: `${elsewhere.origin}/runs`, ...for6 },
			],
		],
		[
			'a redirected download',
			'workflow.executeAndWait',
			() => start,
			() => [
				{
					on: 'download',
					kind: 'redirect',
					status: 302,
					to: `${elsewhere.origin}/file.png`,
					...for6,
				},
			],
		],
		['a failed run that echoes it', 'run.wait', failedRun, () => []],
		['a failed run that echoes it, as an item', 'run.get', failedRun, () => []],
		[
			'a failed run that echoes it, as the service tells it',
			'run.get',
			(flowscale, secret) => ({ ...failedRun(flowscale, secret), simplify: false }),
			() => [],
		],
		[
			'an answer to a cancel that echoes it',
			'run.cancel',
			(flowscale) => ({ runId: flowscale.addRuns(1)[0].id }),
			(secret) => [
				{
					on: 'cancelRun',
					kind: 'status',
					status: 200,
					body: JSON.stringify({ status: 'success', data: echo(secret) }),
					...for6,
				},
			],
		],
		[
			'a reset',
			'run.getMany',
			() => ({}),
			() => [{ on: 'listRuns', kind: 'resetAfter', times: 12 }],
		],
		[
			'a cancel that fails after a timeout',
			'workflow.executeAndWait',
			() => ({
				...start,
				inputsJson: '{ "text_51536": "a fox", "duration_10002": 60000 }',
				options: { pollInterval: 0.1, timeout: 5, cancelRemote: 'onStopOrTimeout' },
			}),
			(secret) => [{ on: 'cancelRun', kind: 'status', status: 500, body: body(secret), times: 24 }],
		],
	])(
		'for %s',
		async (_, operation, parametersOf, faultsOf) => {
			expect(await leaksOf(operation, parametersOf, faultsOf)).toEqual([]);
			expect(log.filter((line) => line.includes(MARK))).toEqual([]);
		},
		60_000,
	);

	it('while the log was really listened to, and the search finds what is hidden', () => {
		expect(log.length).toBeGreaterThan(20);
		const error = Object.defineProperty(
			new Error('x', { cause: { config: { headers: new Map([['X-API-KEY', MARK]]) } } }),
			'hidden',
			{ value: [Buffer.from(MARK)], enumerable: false },
		);
		expect(findText({ a: [error] }, MARK)).toHaveLength(2);
	});
});

describe('a header that is no secret', () => {
	it('leaves links whole that hold its value', async () => {
		const { flowscale, run } = await openFaultHarness(
			engine,
			{ apiKey: null },
			{
				authentication: 'headers',
				headers: { header: [{ name: 'X-Tenant', value: 'generations' }] },
			},
		);
		const [{ id }] = flowscale.addRuns(1);
		const execution = await run(flowscaleNode('run.getOutputs', { runId: id }), [{ json: {} }]);
		expect(execution.data.resultData.error).toBeUndefined();
		expect(
			flowscale.journal
				.filter(({ route }) => route === 'download')
				.map(({ status, path }) => [status, path.startsWith('/generations/')]),
		).toEqual([[200, true]]);
		await flowscale.close();
	});
});
