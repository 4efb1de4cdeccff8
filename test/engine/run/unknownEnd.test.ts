import { ownPrompt, startOf, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const links = { pollInterval: 0.1, download: false, timeout: 20 };

describe('a run that ended with a word of the service’s own', () => {
	it('hands out the outputs that it lists, and names the word', async () => {
		const { node, items } = await harness({
			dialect: { words: { completed: 'partially_completed' } },
		});
		const out = await items(node('workflow.executeAndWait', startOf('image', ownPrompt, links)));
		expect(out.map(({ json }) => json)).toMatchObject(
			Array(2).fill({
				status: 'partially_completed',
				state: 'unknown',
				finished: true,
				outputs: [{ download_url: expect.any(String) }],
			}),
		);
	});

	it('hands out the outputs that it only names', async () => {
		const { node, items } = await harness({
			dialect: { words: { completed: 'partially_completed' }, outputLinks: false },
		});
		const out = await items(node('workflow.executeAndWait', startOf('image', ownPrompt, links)));
		expect(out.map(({ json }) => json.outputs)).toMatchObject(
			Array(2).fill([{ download_url: expect.any(String) }]),
		);
	});

	it('fails where it lists none, and names the word', async () => {
		const { node, error } = await harness({ dialect: { words: { failed: 'moderated' } } });
		const failure = await error(node('workflow.executeAndWait', startOf('failing', {}, links)));
		expect(failure.message).toMatch(
			/^The run ended as "moderated", without outputs \(run \S+, state unknown\)$/,
		);
	});

	it('is an item where On Failed Run says so', async () => {
		const { node, items } = await harness({ dialect: { words: { failed: 'moderated' } } });
		const out = await items(
			node('workflow.executeAndWait', startOf('failing', {}, { ...links, onFailedRun: 'item' })),
		);
		expect(out.map(({ json }) => [json.status, json.state, json.finished, json.outputs])).toEqual(
			Array(2).fill(['moderated', 'unknown', true, []]),
		);
	});
});
