import type { INodeExecutionData } from 'n8n-workflow';
import { createHash } from '../../../simulator/platform';
import {
	errorOf,
	itemsOf,
	linksOf,
	ownPrompt,
	quick,
	startOf,
	two,
	useHarness,
} from '../../harness/useHarness';

const harness = useHarness();
const batch = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, index) => ({ json: { prompt: `picture ${index}`, index } }));

describe('a service that allows so many runs at a time, and answers 429 to further starts', () => {
	it.each([
		['six items, two at a time', 6, 2, 600],
		['forty items, three at a time', 40, 3, 300],
	])(
		'lets all items queue behind their own runs: %s',
		async (_, count, runsAtATime, runMs) => {
			const { node, items, flowscale } = await harness({ runsAtATime, runMs });
			const begun = Date.now();
			const out = await items(
				node(
					'workflow.executeAndWait',
					startOf('image', ownPrompt, { ...quick, download: false, liveEvents: false }),
				),
				batch(count),
			);
			const seconds = (Date.now() - begun) / 1000;
			expect(out.map(({ json }) => json.inputs)).toEqual(
				batch(count).map(({ json }) => ({ text_51536: json.prompt })),
			);
			expect(linksOf(out)).toEqual(batch(count).map((__, item) => ({ item })));
			expect(flowscale.runs).toHaveLength(count);
			// Far from what a busy machine needs, and far below what a pause per item would cost.
			expect(seconds).toBeLessThan(((count / runsAtATime) * runMs * 3) / 1000 + 3);
		},
		60_000,
	);

	it('fails an item after its own Timeout, and says that nothing was started', async () => {
		const { node, error, flowscale } = await harness({ runsAtATime: 0 });
		const { message, description } = await error(
			node('workflow.executeAndWait', startOf('image', ownPrompt, { ...quick, timeout: 1 })),
		);
		expect(message).toBe(
			'No run was started: no further one was allowed for 1 s. Flowscale answered HTTP 429: Too many runs at a time',
		);
		expect(description).toContain('raise Timeout');
		expect(flowscale.runs).toHaveLength(0);
	});
});

describe('an upload that breaks off', () => {
	const photo = {
		bytes: Buffer.alloc(8_000_000, 'fox'),
		fileName: 'fox.png',
		mimeType: 'image/png',
	};
	const parameters = {
		...startOf('retouch', { prompt_68667: 'sharper' }, { ...quick, download: false }),
		files: { file: [{ parameter: 'image_22068', binaryField: 'photo' }] },
	};

	it.each(['workflow.execute', 'workflow.executeAndWait'] as const)(
		'is sent again, since half a form starts nothing: %s',
		async (operation) => {
			const { node, items, files, flowscale, requests } = await harness();
			flowscale.fault({ on: 'startRun', kind: 'cutUpload', bytes: 1_000_000, times: 2 });
			const out = await items([files([{ photo }]), node(operation, parameters)], [two[0]]);
			expect(out).toHaveLength(1);
			expect([flowscale.runs.length, requests('startRun'), requests('listRuns')]).toEqual([
				1,
				3,
				operation === 'workflow.execute' ? 0 : requests('listRuns'),
			]);
			expect(flowscale.runs[0].files).toMatchObject([
				{ size: 8_000_000, sha256: createHash('sha256').update(photo.bytes).digest('hex') },
			]);
		},
		30_000,
	);

	it('that breaks off each time fails, and says that nothing was started', async () => {
		const { node, run, files, flowscale } = await harness();
		flowscale.fault({ on: 'startRun', kind: 'cutUpload', bytes: 1_000_000, times: 10 });
		const { message } = errorOf(
			await run([files([{ photo }]), node('workflow.execute', parameters)], [two[0]]),
		);
		expect(message).toContain('The upload broke off before its end');
		expect(message).not.toContain('may have started');
	}, 30_000);
});

it('an https address on an HTTP port is reported as never reached', async () => {
	const { node, error, requests } = await harness({
		credential: ({ baseUrl }) => ({ baseUrl: baseUrl.replace('http:', 'https:') }),
	});
	const { message } = await error(node('workflow.execute', startOf('image', ownPrompt, quick)), [
		two[0],
	]);
	expect(message).toContain('No secure connection could be made');
	expect(message).not.toContain('may have started');
	expect(requests()).toBe(0);
}, 30_000);

it('425 is sent again', async () => {
	const { node, run, requests, flowscale } = await harness();
	flowscale.fault({ on: 'startRun', kind: 'status', status: 425, times: 2 });
	expect(
		itemsOf(await run(node('workflow.execute', startOf('image', ownPrompt, {})))),
	).toHaveLength(2);
	expect([requests('startRun'), flowscale.runs.length]).toEqual([4, 2]);
}, 30_000);
