import type { IContextObject } from 'n8n-workflow';
import type { Item } from '../../nodes/core/items/item';
import {
	MEMORY_KEY,
	registerCallback,
} from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/callback/callback';

/** The callbacks of one item, whose node has this context. */
function deskOf(store: IContextObject) {
	const entry = { node: { name: 'Comflowy' }, data: { main: [[]] }, source: null };
	const context = {
		getContext: () => store,
		getMode: () => 'trigger',
		getNode: () => ({ name: 'Comflowy', type: 'comflowy' }),
		getExecuteData: () => entry,
		runExecutionData: { executionData: { nodeExecutionStack: [] } },
		evaluateExpression: () => 'https://n8n.test/webhook-waiting/1',
		putExecutionToWait: () => undefined,
		getExecutionCancelSignal: () => new AbortController().signal,
	};
	return registerCallback({ context, raw: () => 'callback' } as unknown as Item);
}

it('all items share one address, and each run is expected once, also after a suspension', () => {
	const store: IContextObject = {};
	const desks = [deskOf(store), deskOf(store)];
	for (const runId of ['a', 'b', 'a']) desks.forEach((desk) => desk?.expect(runId));
	expect(desks[0]?.url).toBe(desks[1]?.url);
	expect(store[MEMORY_KEY]).toMatchObject({ runIds: ['a', 'b'] });

	const resumed = structuredClone(store);
	const desk = deskOf(resumed);
	for (const runId of ['b', 'c']) desk?.expect(runId);
	expect(desk?.url).toBe(desks[0]?.url);
	expect(resumed[MEMORY_KEY]).toMatchObject({ runIds: ['a', 'b', 'c'] });
	expect(store[MEMORY_KEY]).toMatchObject({ runIds: ['a', 'b'] });
});

it('a resume reads the list of expected runs once, not once for each of its items', () => {
	const runIds = Array.from({ length: 500 }, (_, index) => `run-${index}`);
	const store: IContextObject = { [MEMORY_KEY]: { token: 't', runIds: [...runIds] } };
	const copies = jest.spyOn(Array.prototype, 'map');
	for (const runId of runIds) deskOf(store)?.expect(runId);
	const lists = copies.mock.contexts.filter((list) => list.length === runIds.length);
	copies.mockRestore();
	expect(lists).toHaveLength(1);
	expect(store[MEMORY_KEY]).toEqual({ token: 't', runIds });
});
