import { anyKeys } from '../../../nodes/core/shape';
import {
	ServiceError,
	ExecutionCancelledError,
	ConfigurationError,
} from '../../../nodes/core/errors';
import { linkSignals } from '../../../nodes/core/async/signals';
import {
	findOperation,
	type Job,
	type Operation,
	propertiesOf,
} from '../../../nodes/core/items/operation';
import { runItems } from '../../../nodes/core/items/runItems';
import { executeContext } from '../../harness/executeContext';
import { fakeClock } from '../../harness/fakeClock';
import { endOf } from '../../harness/runs';

/** Runs this work on items; `prepare` decides what an item does. */
function itemsHarness(
	count: number,
	prepare: (index: number) => Job,
	{ isTolerant = false, itemsAtATime = undefined as number | undefined } = {},
) {
	const clock = fakeClock();
	const stop = new AbortController();
	const abort = linkSignals(stop.signal);
	const operation: Operation<null> = {
		name: 'O',
		value: 'o',
		action: '',
		description: '',
		output: anyKeys({}),
		fields: [],
		itemsAtATime,
		prepare: (item) => prepare(item.index),
	};
	const context = executeContext(
		Array.from({ length: count }, () => ({})),
		{ isTolerant },
	);
	return {
		clock,
		stop,
		abort,
		run: async () => await endOf(runItems({ context, operation, session: null, abort, clock })),
	};
}
const json = (n: number) => ({ json: { n } });

describe('items', () => {
	it('come out in order, each linked to the item that made it, whoever is ready first', async () => {
		const harness = itemsHarness(3, (index) => async () => {
			await harness.clock.pause(100 - index);
			return index === 1 ? [json(10), json(11)] : [json(index)];
		});
		expect(await harness.run()).toEqual({
			value: [
				{ json: { n: 0 }, pairedItem: { item: 0 } },
				{ json: { n: 10 }, pairedItem: { item: 1 } },
				{ json: { n: 11 }, pairedItem: { item: 1 } },
				{ json: { n: 2 }, pairedItem: { item: 2 } },
			],
		});
	});

	it('that make nothing leave no trace, and the next keep their link', async () => {
		const harness = itemsHarness(3, (index) => async () => (index === 0 ? [] : [json(index)]));
		expect(await harness.run()).toEqual({
			value: [
				{ json: { n: 1 }, pairedItem: { item: 1 } },
				{ json: { n: 2 }, pairedItem: { item: 2 } },
			],
		});
	});

	it.each([
		[undefined, 10],
		[3, 3],
		[Infinity, 40],
	])('are worked on side by side (%p): %d at a time', async (itemsAtATime, expected) => {
		let [now, most] = [0, 0];
		const harness = itemsHarness(
			40,
			() => async () => {
				most = Math.max(most, ++now);
				await harness.clock.pause(10);
				now--;
				return [];
			},
			{ itemsAtATime },
		);
		await harness.run();
		expect(most).toBe(expected);
	});
});

describe('bad configuration', () => {
	it('of any item ends the node before anything is sent', async () => {
		const sent: number[] = [];
		const harness = itemsHarness(3, (index) => {
			if (index === 2) throw new ConfigurationError('Run ID is empty');
			return async () => {
				sent.push(index);
				return [];
			};
		});
		expect(await harness.run()).toMatchObject({
			kind: 'NodeOperationError',
			message: 'Run ID is empty',
			error: { context: { itemIndex: 2 } },
		});
		expect(sent).toEqual([]);
	});

	it('of one item leaves the others alone with continue on fail', async () => {
		const harness = itemsHarness(
			2,
			(index) => {
				if (index === 0) throw new ConfigurationError('Run ID is empty', 'Fill it in.');
				return async () => [json(1)];
			},
			{ isTolerant: true },
		);
		expect(await harness.run()).toEqual({
			value: [
				{ json: { error: 'Run ID is empty. Fill it in.' }, pairedItem: { item: 0 } },
				{ json: { n: 1 }, pairedItem: { item: 1 } },
			],
		});
	});
});

describe('a failed item', () => {
	it('keeps the good ones with continue on fail, and carries the error alone', async () => {
		const harness = itemsHarness(
			2,
			(index) => async () =>
				index === 0
					? await Promise.reject(new ServiceError('Run r failed', { runId: 'r', state: 'failed' }))
					: [json(1)],
			{ isTolerant: true },
		);
		expect(await harness.run()).toEqual({
			value: [
				{ json: { error: 'Run r failed' }, pairedItem: { item: 0 } },
				{ json: { n: 1 }, pairedItem: { item: 1 } },
			],
		});
	});

	it('otherwise ends the node at once: nothing more begins, and what is in progress is aborted', async () => {
		const begun: number[] = [];
		const received: number[] = [];
		const harness = itemsHarness(30, (index) => async () => {
			begun.push(index);
			if (index === 1) throw new ServiceError('HTTP 500', { status: 500 });
			await harness.clock.pause(60_000, harness.abort.signal);
			if (harness.abort.signal.aborted) received.push(index);
			throw new ExecutionCancelledError();
		});
		expect(await harness.run()).toMatchObject({
			kind: 'NodeApiError',
			message: 'HTTP 500',
			error: { context: { itemIndex: 1 } },
		});
		expect([begun.length, received.length, harness.clock.now()]).toEqual([5, 4, 0]);
	});

	it('is the last that begins: items begin a few per turn of the event loop', async () => {
		const begun: number[] = [];
		const harness = itemsHarness(200, (index) => async () => {
			begun.push(index);
			if (index === 12) throw new ServiceError('no');
			return [];
		});
		expect(await harness.run()).toMatchObject({ message: 'no' });
		expect(begun).toEqual(Array.from({ length: 15 }, (_, index) => index));
		expect(harness.clock.waits.filter((ms) => ms === 0)).toHaveLength(3);
	});

	it('waits for starts that are on their way, but not longer than ten seconds', async () => {
		const harness = itemsHarness(2, (index) => async () => {
			if (index === 0) throw new ServiceError('no');
			await harness.clock.pause(3_600_000);
			return [];
		});
		expect(await harness.run()).toMatchObject({ message: 'no' });
		expect(harness.clock.now()).toBe(10_000);
	});
});

it('a stop ends the node, with continue on fail too, and makes no items of it', async () => {
	const harness = itemsHarness(
		2,
		() => async () => {
			await harness.clock.pause(60_000, harness.abort.signal);
			throw new ExecutionCancelledError();
		},
		{ isTolerant: true },
	);
	harness.clock.at(500, () => harness.stop.abort());
	expect(await harness.run()).toMatchObject({
		kind: 'NodeOperationError',
		message: new ExecutionCancelledError().message,
	});
	expect(harness.clock.now()).toBe(500);
});

describe('the menu', () => {
	const operation = (value: string): Operation<null> => ({
		name: value.toUpperCase(),
		value,
		action: `do ${value}`,
		description: '',
		output: anyKeys({}),
		fields: [
			{
				displayName: 'X',
				name: 'x',
				type: 'string',
				default: '',
				displayOptions: { show: { mode: ['m'] } },
			},
		],
		prepare: () => async () => [],
	});
	const resources = [
		{ name: 'Run', value: 'run', operations: [operation('wait'), operation('get')] },
		{ name: 'Flow', value: 'flow', operations: [operation('go')] },
	];
	it('lists by name, starts with the first of the list, and shows fields where they belong', () => {
		const [resource, operations, field] = propertiesOf(resources);
		expect([
			resource.default,
			resource.options?.map((option) => 'value' in option && option.value),
		]).toEqual(['run', ['flow', 'run']]);
		expect([
			operations.default,
			operations.options?.map((option) => 'value' in option && option.value),
		]).toEqual(['wait', ['get', 'wait']]);
		expect(field.displayOptions).toEqual({
			show: { resource: ['run'], operation: ['wait'], mode: ['m'] },
		});
	});
	it('finds an operation, and names what there is not', () => {
		expect(findOperation(resources, 'run', 'get').name).toBe('GET');
		expect(() => findOperation(resources, 'run', 'go')).toThrow(
			'There is no operation "go" of "run"',
		);
	});
});
