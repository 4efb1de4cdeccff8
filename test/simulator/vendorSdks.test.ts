import { request } from 'undici';
import { defaultDialect, type Dialect } from '../../simulator/flowscale/dialect';
import { sleep } from '../../simulator/platform';
import { smallWorkflows } from '../harness/smallWorkflows';
import { type Client, type Reply, useFlowscale } from '../harness/useFlowscale';
import { digest, madeBy } from '../harness/useHarness';
import { variants } from './dialectVariants';
import {
	jsSdk,
	pythonBetaSdk,
	pythonSdk,
	type SdkFile,
	type VendorSdk,
	vendorSdks,
} from './vendorSdks';

const open = useFlowscale();
const png = (name: string): SdkFile => ({
	name,
	type: 'image/png',
	bytes: Buffer.from(`\x89${name}`),
});

/** What the readers of all SDKs together take from an answer: `data`, or its first entry. */
function dataOf({ json, status }: Reply): Record<string, unknown> {
	expect(status).toBe(200);
	const { data } = json as { data?: unknown };
	return ((Array.isArray(data) ? data[0] : data) ?? json) as Record<string, unknown>;
}

/** The names of a run's outputs, from wherever this deployment tells them, once it has ended. */
async function outputNames(sdk: VendorSdk, started: Record<string, unknown>): Promise<string[]> {
	// the oldest deployments told a file name and no run id: that was polled
	if (typeof started.filename === 'string') return [started.filename];
	for (;;) {
		const run = dataOf(await sdk.getRun(started.run_id as string));
		const files = (run.outputs as Array<{ filename: string }>).map(({ filename }) => filename);
		const names = (run.output_names as string[] | undefined) ?? files;
		if (files.length > 0) return names;
		await sleep(2);
	}
}

/** `executeWorkflowAsync`: start, poll the run, then each output; the bytes of the first one. */
async function executeAsync(sdk: VendorSdk, started: Reply): Promise<Buffer> {
	const [name] = await outputNames(sdk, dataOf(started));
	for (;;) {
		const reply = await sdk.getOutput(name);
		const body = reply.json as { status?: string; data?: Record<string, string> } | undefined;
		const isReady = reply.status === 200 && body?.status === 'success';
		const { download_url, file_content, data } = (isReady && body.data) || {};
		if (download_url) {
			const { body: file } = await request(download_url);
			return Buffer.from(await file.arrayBuffer());
		}
		if (isReady) return Buffer.from(file_content ?? data ?? '');
		await sleep(2);
	}
}

/** Every documented call of one SDK, from the first to the downloaded file. */
async function playAll(make: (typeof vendorSdks)[number], client: Client, dialect: Dialect) {
	const sdk = make(client.flowscale);
	const { flowscale, idOf } = client;
	expect((await sdk.checkHealth()).status).toBe(200);
	expect((await sdk.getQueue()).status).toBe(200);
	const listed = await sdk.getWorkflows?.();
	expect(listed?.status ?? 200).toBe(listed && dialect.workflows === 'none' ? 404 : 200);

	const group = `group-${sdk.name.replace(/\W/g, '')}`;
	const text = await sdk.executeWorkflow(
		idOf('Text to Image'),
		{ text_51536: 'größe & <ü> + 100 %', seed_51537: 7 },
		group,
	);
	const runs = () => flowscale.runs.filter(({ groupId }) => groupId === group);
	const [textRun] = runs();
	expect(textRun.inputs).toEqual({ text_51536: 'größe & <ü> + 100 %', seed_51537: '7' });
	expect(digest(await executeAsync(sdk, text))).toBe(digest(await madeBy(textRun)));

	const files = await sdk.executeWorkflow(
		idOf('Image to Image'),
		{ image_22068: png('ein Bild.png'), prompt_68667: 'snow', config_1: { strength: 0.8 } },
		group,
	);
	const fileRun = runs()[1];
	expect(fileRun.files.map(({ name, size }) => [name, size])).toEqual([['ein Bild.png', 14]]);
	expect(digest(await executeAsync(sdk, files))).toBe(digest(await madeBy(fileRun)));

	const many = await sdk.executeWorkflow(
		idOf('Describe Image'),
		{ image_30001: [png('a.png'), png('b.png')] },
		group,
	);
	const names = runs()[2].files.map(({ name }) => name);
	expect(names).toEqual(sdk.lists === 'last' ? ['b.png'] : ['a.png', 'b.png']);
	expect((await executeAsync(sdk, many)).toString()).toContain(names[0]);

	await playReads(sdk, textRun.id, group, dialect);
	const slow = await sdk.executeWorkflow(idOf('Slow'), { duration_10002: 60_000 }, group);
	expect(slow.status).toBe(200);
	const cancelled = await sdk.cancelRun(runs()[3].id);
	expect(cancelled.status).toBe(dialect.cancel === 'none' ? 404 : 200);
}

async function playReads(sdk: VendorSdk, runId: string, group: string, dialect: Dialect) {
	const page = await sdk.getRuns(group, 1, 100);
	const { runs } = (page.json as { data: { runs: unknown[] } }).data;
	expect(runs).toHaveLength(3);
	const needsGroup = dialect.groupRequired || dialect.list === 'openapi';
	expect((await sdk.getRuns()).status).toBe(needsGroup ? 422 : 200);
	const stream = await sdk.subscribeRunEvents?.(runId, 0);
	if (stream === undefined) return;
	if (dialect.events === 'none') expect(stream.status).toBe(404);
	else {
		const ids = [...stream.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
		expect(ids).toEqual(ids.map((_, index) => index + 1));
		const replayed = (await sdk.subscribeRunEvents?.(runId, 2))?.text ?? '';
		expect(replayed).not.toContain('id: 1\n');
		expect(replayed).toContain(`id: ${ids.at(-1)}\n`);
	}
}

it.each(variants)(
	'each SDK’s documented calls work, from the first to the downloaded file, in the dialect of %s',
	async (_, dialect) => {
		const workflows = smallWorkflows;
		const client = await open({ runMs: 1, containers: 20, dialect, workflows });
		for (const sdk of vendorSdks) await playAll(sdk, client, { ...defaultDialect, ...dialect });
	},
);

describe('a start', () => {
	it('of texts alone is URL-encoded by the Python SDKs, multipart by the JavaScript one', async () => {
		const { flowscale, idOf } = await open();
		for (const make of [pythonSdk, pythonBetaSdk, jsSdk])
			await make(flowscale).executeWorkflow(idOf('Slow'), { duration_10002: 60_000 });
		expect(
			flowscale.journal.map(({ headers }) => String(headers['content-type']).split(';')[0]),
		).toEqual([
			'application/x-www-form-urlencoded',
			'application/x-www-form-urlencoded',
			'multipart/form-data',
		]);
		expect(flowscale.runs.map(({ inputs }) => inputs.duration_10002)).toEqual(
			Array(3).fill('60000'),
		);
	});

	it('of no inputs has no body in the Python SDKs, and starts what needs none', async () => {
		const { flowscale, idOf } = await open();
		const sdk = pythonSdk(flowscale);
		expect((await sdk.executeWorkflow(idOf('Failing'), {})).status).toBe(200);
		expect(await sdk.executeWorkflow(idOf('Text to Image'), {})).toMatchObject({
			status: 422,
			json: { detail: [{ loc: ['body', 'text_51536'], msg: 'Field required' }] },
		});
	});

	it('takes the values of a list under `name_0`, `name_1` for the input `name`', async () => {
		const { flowscale, idOf } = await open();
		const reply = await pythonSdk(flowscale).executeWorkflow(idOf('Text to Image'), {
			text_51536: ['a', 'b'],
		});
		expect(reply.status).toBe(200);
		expect(flowscale.runs[0].inputs).toEqual({ text_51536_0: 'a', text_51536_1: 'b' });
	});
});

it('all runs are read page by page, as the Python SDK’s readme does', async () => {
	const { flowscale } = await open();
	flowscale.addRuns(230, { groupId: 'g' });
	const sdk = pythonSdk(flowscale);
	const ids = new Set<unknown>();
	for (let page = 1, pages = 1; page <= pages; page++) {
		const { json } = await sdk.getRuns('g', page, 100);
		const { data, meta } = json as {
			data: { runs: Array<{ _id: string }> };
			meta: { total_pages: number; total_count: number };
		};
		data.runs.forEach(({ _id }) => ids.add(_id));
		pages = meta.total_pages;
		expect(meta.total_count).toBe(230);
	}
	expect(ids.size).toBe(230);
});
