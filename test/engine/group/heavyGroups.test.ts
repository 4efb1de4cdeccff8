import { quick, startOf, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const linksOnly = { ...quick, download: false };
const GROUP = 'heavy';
/** All of them are 34 MB, more than one answer may have; twenty of them are less. */
const RUNS = 24;
const value = `data:image/png;base64,${'A'.repeat(1_400_000)}`;

/**
 * A group whose list is too long to be read at once: each run holds a picture as text among its
 * inputs.
 */
async function heavyGroup() {
	const made = await harness();
	const runs = made.flowscale.addRuns(RUNS, (index) => ({
		groupId: GROUP,
		createdAt: Date.now() - 60_000 + index * 1_000,
		workflow: made.flowscale.workflows[0],
		parts: [
			{ name: 'text_51536', value: `picture ${index}` },
			{ name: 'image_22068', value },
		],
	}));
	return { ...made, runs, ids: runs.map(({ id }) => id) };
}

const inGroup = (options: object) => ({
	...startOf('image', '={{ { "text_51536": $json.prompt } }}', { ...linksOnly, ...options }),
	groupId: GROUP,
});

describe('a group whose runs have large inputs', () => {
	it('is read for Reuse Run', async () => {
		const { node, items, ids, requests } = await heavyGroup();
		const rows = ids.map((_, index) => ({ json: { prompt: `other ${index}` } }));
		const got = await items(node('workflow.execute', inGroup({ reuseRun: 'anyInGroup' })), rows);
		expect(got.map(({ json }) => json.run_id).sort()).toEqual([...ids].sort());
		expect(requests('startRun')).toBe(0);
	});

	it('is read for a start whose answer was lost', async () => {
		const { node, items, flowscale, requests } = await heavyGroup();
		flowscale.fault({ on: 'startRun', kind: 'resetAfter' });
		const rows = [{ json: { prompt: 'red fox' } }];
		const [{ json }] = await items(node('workflow.executeAndWait', inGroup({})), rows);
		expect(json).toMatchObject({ run_id: flowscale.runs.at(-1)?.id, state: 'succeeded' });
		expect(requests('startRun')).toBe(1);
	});

	it.each(['run.wait', 'group.get', 'group.wait'] as const)('is read by %s', async (operation) => {
		const { node, items, ids } = await heavyGroup();
		const isWait = operation === 'run.wait';
		const rows = isWait ? ids.map((id) => ({ json: { run_id: id, group_id: GROUP } })) : [];
		const parameters = {
			...(isWait ? { runId: '={{ $json.run_id }}' } : { groupId: GROUP }),
			...(operation !== 'group.get' && { options: linksOnly }),
		};
		const got = await items(node(operation, parameters), isWait ? rows : [{ json: {} }]);
		if (operation === 'group.get')
			expect(got[0].json).toMatchObject({ total: RUNS, succeeded: RUNS });
		else expect(got.map(({ json }) => json.run_id)).toEqual(ids);
	});
});
