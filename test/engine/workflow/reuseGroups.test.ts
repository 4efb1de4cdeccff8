import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { outputOf } from '../../harness/runWorkflow';
import {
	bytesOf,
	errorOf,
	itemsOf,
	madeBy,
	ownPrompt,
	quick,
	startOf,
	two,
	useHarness,
} from '../../harness/useHarness';

const harness = useHarness();
const linksOnly = { ...quick, download: false };
const batch = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, index) => ({ json: { prompt: `picture ${index}`, index } }));
const reusing = (reuseRun: string | boolean = 'sameInputs') => ({
	...startOf('image', ownPrompt, { ...linksOnly, reuseRun }),
	groupId: 'nightly',
});

describe('a batch that is executed twice in a fixed group', () => {
	it.each<[string, number, IDataObject, number]>([
		['1,500 items', 1_500, {}, 16],
		['250 items at ten runs a page', 250, { pageSizes: 'ignored' }, 27],
		['250 items in a grouped list', 250, { list: 'grouped' }, 1],
		['150 items on sparse lists', 150, { listEntries: 'sparse' }, 2],
		['250 items whose numbers are JSON numbers', 250, { inputValues: 'typed' }, 4],
	])(
		'starts nothing new: %s',
		async (_, count, dialect, mostPages) => {
			const { node, run, flowscale, requests } = await harness({
				dialect,
				runMs: 5,
				containers: 50,
			});
			flowscale.addRuns(count, (index) => ({
				groupId: 'nightly',
				workflow: flowscale.workflows[0],
				inputs: { text_51536: `picture ${index}` },
				parts: [{ name: 'text_51536', value: `picture ${index}` }],
			}));
			const out = itemsOf(
				await run(node('workflow.execute', reusing()), batch(count), { executionId: 'exec2' }),
			);
			expect(requests('startRun')).toBe(0);
			expect(new Set(out.map(({ json }) => json.run_id)).size).toBe(count);
			expect(out.map(({ json }) => (json.inputs as IDataObject).text_51536)).toEqual(
				batch(count).map(({ json }) => json.prompt),
			);
			expect(requests('listRuns')).toBeLessThanOrEqual(mostPages + 3);
		},
		60_000,
	);

	it('is refused before a start where the list shows no run IDs', async () => {
		const { node, run, flowscale } = await harness({ dialect: { list: 'openapi' } });
		flowscale.addRuns(2, { groupId: 'nightly' });
		expect(errorOf(await run(node('workflow.execute', reusing()))).message).toBe(
			'Reuse Run cannot work here: the list of group "nightly" shows no run IDs',
		);
		expect(flowscale.runs).toHaveLength(2);
	});

	it('is refused before a start where more than a thousand runs would have to be read one by one', async () => {
		const { node, run, flowscale, requests } = await harness({
			dialect: { listEntries: 'sparse' },
		});
		flowscale.addRuns(1_001, { groupId: 'nightly' });
		const { message, description } = errorOf(await run(node('workflow.execute', reusing())));
		expect(message).toContain('Reuse Run would have to read 1001 runs one by one');
		expect(description).toContain('No run was started');
		expect([flowscale.runs.length, requests('getRun')]).toEqual([1_001, 0]);
	});

	it('reads true and false of earlier workflows', async () => {
		const { node, items, flowscale } = await harness();
		await items(node('workflow.executeAndWait', reusing(false)));
		await items(node('workflow.executeAndWait', reusing(true)), two, { executionId: 'exec2' });
		expect(flowscale.runs).toHaveLength(2);
		await items(node('workflow.executeAndWait', reusing(false)), two, { executionId: 'exec3' });
		expect(flowscale.runs).toHaveLength(4);
	});
});

test('a prompt cut in the middle of an emoji is recognised', async () => {
	const { node, items, flowscale } = await harness();
	const cut = [{ json: { prompt: 'a fox \ud83e' } }];
	flowscale.fault({ on: 'startRun', kind: 'resetAfter' });
	const [first] = await items(node('workflow.execute', reusing()), cut);
	const [again] = await items(node('workflow.execute', reusing()), cut, { executionId: 'exec2' });
	expect([first.json.run_id, again.json.run_id]).toEqual(Array(2).fill(flowscale.runs[0].id));
	expect(flowscale.runs).toHaveLength(1);
});

test.each([
	['7', '07'],
	['1.5', '1.50'],
	['100', '1e2'],
	['31', '0x1f'],
])('the digits %s are not taken for %s', async (one, other) => {
	const { node, items, flowscale } = await harness();
	const digits = (prompt: string) => [{ json: { prompt } }];
	await items(node('workflow.execute', reusing()), digits(one));
	await items(node('workflow.execute', reusing()), digits(other), { executionId: 'exec2' });
	expect(flowscale.runs).toHaveLength(2);
});

describe('items that differ by their file alone', () => {
	const four = ['fox', 'whale', 'owl', 'boat'].map((name) => ({
		photo: { bytes: Buffer.from(name.repeat(50)), fileName: `${name}.png`, mimeType: 'image/png' },
	}));
	const items = four.map((_, index) => ({ json: { index } }));
	const nodeOf = async (groupId: string | undefined, reuseRun: string) => {
		const made = await harness();
		const image = made.flowscale.workflows[1].inputs.find(({ type }) => type === 'image');
		const parameters = {
			...startOf('retouch', '={{ { "prompt_68667": "sharper" } }}', { ...linksOnly, reuseRun }),
			files: { file: [{ parameter: image?.name ?? '', binaryField: 'photo' }] },
			...(groupId === undefined ? {} : { groupId }),
		};
		const node = made.node('workflow.executeAndWait', parameters, {
			onError: 'continueRegularOutput',
		});
		return { ...made, nodes: [made.files(four), node] };
	};
	/** Of each item: the picture whose run it holds, or that it failed. */
	const picturesOf = (
		out: INodeExecutionData[],
		runs: Array<{ id: string; files: Array<{ name: string }> }>,
	) =>
		out.map(({ json }) =>
			json.error ? 'failed' : runs.find(({ id }) => id === json.run_id)?.files[0].name,
		);
	const isOwnOrFailed = (pictures: Array<string | undefined>) =>
		pictures.every((name, index) => name === 'failed' || name === four[index].photo.fileName);

	it('never take each other’s run when all starts lose their answer', async () => {
		const { run, nodes, flowscale } = await nodeOf(undefined, 'never');
		flowscale.fault({ on: 'startRun', kind: 'resetAfter', times: 4 });
		const out = outputOf(await run(nodes, items), 'Flowscale');
		expect(isOwnOrFailed(picturesOf(out, flowscale.runs))).toBe(true);
		expect(String(out[0].json.error)).toContain('may have started');
		expect(flowscale.runs).toHaveLength(4);
	}, 30_000);

	it('take their own run when one start alone loses its answer', async () => {
		const { run, nodes, flowscale } = await nodeOf(undefined, 'never');
		flowscale.fault({ on: 'startRun', kind: 'resetAfter' });
		const out = outputOf(await run(nodes, items), 'Flowscale');
		expect(picturesOf(out, flowscale.runs)).toEqual(four.map(({ photo }) => photo.fileName));
	}, 30_000);

	it('do not take what another execution starts in a fixed group', async () => {
		const { run, nodes, flowscale } = await nodeOf('fixed', 'never');
		flowscale.fault({ on: 'startRun', kind: 'status', status: 502 });
		const out = outputOf(await run(nodes, items), 'Flowscale');
		expect(isOwnOrFailed(picturesOf(out, flowscale.runs))).toBe(true);
	}, 30_000);

	it('are refused by Reuse Run with the same inputs, before a start', async () => {
		const { run, nodes, flowscale } = await nodeOf('fixed', 'sameInputs');
		const first = outputOf(await run(nodes, items), 'Flowscale');
		expect(picturesOf(first, flowscale.runs)).toEqual(four.map(({ photo }) => photo.fileName));
		const again = outputOf(await run(nodes, items, { executionId: 'exec2' }), 'Flowscale');
		expect(again.map(({ json }) => String(json.error))).toEqual(
			Array(4).fill(expect.stringContaining('items differ by their files only')),
		);
		expect(flowscale.runs).toHaveLength(4);
	}, 30_000);

	it('find their run again with a group each, and Any in Group', async () => {
		const { run, nodes, flowscale } = await nodeOf('=row-{{ $json.index }}', 'anyInGroup');
		const first = outputOf(await run(nodes, items), 'Flowscale');
		const again = outputOf(await run(nodes, items, { executionId: 'exec2' }), 'Flowscale');
		expect(again.map(({ json }) => json.run_id)).toEqual(first.map(({ json }) => json.run_id));
		expect(picturesOf(again, flowscale.runs)).toEqual(four.map(({ photo }) => photo.fileName));
		expect(flowscale.runs).toHaveLength(4);
	}, 30_000);
});

test('two executions in one group, whose starts both lose their answer, never share a run', async () => {
	const { node, run, flowscale } = await harness();
	const same = {
		...startOf('image', { text_51536: 'the same' }, linksOnly),
		groupId: 'shared',
	};
	flowscale.fault({ on: 'startRun', kind: 'resetAfter', times: 2 });
	const ends = await Promise.all(
		['exec1', 'exec2'].map(
			async (executionId) =>
				await run(node('workflow.executeAndWait', same), [two[0]], { executionId }),
		),
	);
	const taken = ends.flatMap(({ data }) =>
		data.resultData.error
			? []
			: outputOf({ data } as never, 'Flowscale').map(({ json }) => json.run_id),
	);
	expect(new Set(taken).size).toBe(taken.length);
	for (const { data } of ends)
		if (data.resultData.error) expect(data.resultData.error.message).toContain('may have started');
	expect(flowscale.runs).toHaveLength(2);
}, 30_000);

test.each([
	['is answered', { kind: 'slowFirstByte', ms: 1_500 }, 1],
	['is lost', { kind: 'resetAfter' }, 0],
] as const)(
	'two executions in one group: the start that made nothing does not take the other’s run, whose start %s',
	async (_, fault, count) => {
		const { node, run, flowscale } = await harness();
		const same = {
			...startOf('image', { text_51536: 'the same' }, linksOnly),
			groupId: 'shared',
		};
		flowscale.fault({ on: 'startRun', kind: 'status', status: 502 });
		flowscale.fault({ on: 'startRun', ...fault });
		const ends = await Promise.all(
			['exec1', 'exec2'].map(
				async (executionId) =>
					await run(node('workflow.executeAndWait', same), [two[0]], { executionId }),
			),
		);
		const errors = ends.flatMap(({ data }) => data.resultData.error?.message ?? []);
		expect(errors).toEqual(
			Array(2 - count).fill(expect.stringContaining('may have started') as string),
		);
		expect(flowscale.runs).toHaveLength(1);
	},
	30_000,
);

describe('an order that two executions process at the same time', () => {
	const photo = { bytes: Buffer.from('a fox'), fileName: 'fox.png', mimeType: 'image/png' };
	/** Both executions at once, with this value of Reuse Run, on a list that lags behind. */
	async function twice(name: 'image' | 'retouch', reuseRun: string, listLagMs: number) {
		const made = await harness({ listLagMs, runMs: 300, latencyMs: 30 });
		const isFile = name === 'retouch';
		const parameters = {
			...startOf(name, isFile ? { prompt_68667: 'sharper' } : { text_51536: 'x' }, {
				...quick,
				reuseRun,
			}),
			...(isFile ? { files: { file: [{ parameter: 'image_22068', binaryField: 'photo' }] } } : {}),
			groupId: 'order-7',
		};
		const node = made.node('workflow.executeAndWait', parameters);
		const nodes = isFile ? [made.files([{ photo }]), node] : [node];
		const ends = await Promise.all(
			['exec1', 'exec2'].map(
				async (executionId) => await made.run(nodes, [two[0]], { executionId }),
			),
		);
		return { flowscale: made.flowscale, items: ends.flatMap((end) => itemsOf(end)) };
	}
	it.each([
		['retouch', 'anyInGroup', 0],
		['retouch', 'anyInGroup', 60_000],
		['retouch', 'sameInputs', 0],
		['image', 'sameInputs', 0],
		['image', 'sameInputs', 60_000],
	] as const)(
		'is paid for once: %s, %s, listed after %d ms',
		async (name, reuseRun, listLagMs) => {
			const { flowscale, items } = await twice(name, reuseRun, listLagMs);
			expect(flowscale.runs).toHaveLength(1);
			expect(items.map(({ json }) => json.run_id)).toEqual(Array(2).fill(flowscale.runs[0].id));
			const files = await Promise.all(items.map(async ({ binary }) => await bytesOf(binary?.data)));
			expect(files[0]).toEqual(files[1]);
			expect(files[0]).toEqual(await madeBy(flowscale.runs[0]));
		},
		30_000,
	);
	it('is paid for twice where nobody asked for reuse', async () => {
		expect((await twice('image', 'never', 0)).flowscale.runs).toHaveLength(2);
	});
});
