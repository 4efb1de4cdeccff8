import type { Page } from 'playwright-core';
import type { Check } from './check';
import { openBrowser, openEditor } from './openBrowser';
import { equal } from './platform';
import type { Harness } from './stage';

const mostTabs = 120;
const mostDowns = 40;
const operation = 'Run a workflow and wait';

/** Where the focus is, by the nearest name that n8n gave to a part of its page. */
const focusOf = async (page: Page): Promise<string> =>
	(await page
		.locator('[data-test-id]:focus-within')
		.last()
		.getAttribute('data-test-id', { timeout: 1_000 })
		.catch(() => null)) ?? 'nowhere';

/** Goes on with the Tab key until the part has the focus. */
const tabTo = async (page: Page, testId: string): Promise<void> => {
	const part = page.getByTestId(testId).last();
	const way: string[] = [];
	for (let tabs = 0; tabs < mostTabs; tabs += 1) {
		if (await part.evaluateAll(([element]) => element?.matches(':focus-within') === true)) return;
		way.push(await focusOf(page));
		// n8n's editor of expressions keeps the Tab key for itself until Escape.
		if (await page.locator('.cm-content:focus').count()) await page.keyboard.press('Escape');
		await page.keyboard.press('Tab');
	}
	throw new Error(`"${testId}" cannot be reached by the Tab key, which leads to ${way.join(', ')}`);
};

/** Goes down the nodes panel until the action is the highlighted one. */
const highlight = async (page: Page, action: string): Promise<void> => {
	// The list before this one leaves slowly, and takes keys until it is gone.
	await page.locator('[data-keyboard-nav-type="node"]').first().waitFor({ state: 'detached' });
	const highlighted = page.locator('[data-test-id="item-iterator-item"][class*="_active"]');
	for (let downs = 0; downs < mostDowns; downs += 1) {
		await highlighted.waitFor();
		if ((await highlighted.innerText()).includes(action)) return;
		const id = await highlighted.getAttribute('data-keyboard-nav-id');
		await page.keyboard.press('ArrowDown');
		await page
			.locator(`[class*="_active"][data-keyboard-nav-id="${id}"]`)
			.waitFor({ state: 'detached' });
	}
	throw new Error(`"${action}" cannot be reached by the arrow keys`);
};

/**
 * For somebody who has no mouse: nothing on this page is ever clicked. The keys are those of n8n 2;
 * the editor of 1.x has others.
 */
export const keyboard = (harness: Harness): Check[] =>
	harness.n8n.generation.name === 'n8n-1'
		? []
		: [
				{
					name: 'the node is added, its form filled in and the workflow executed by the keyboard alone',
					run: async () => {
						const { flowscale, server } = harness;
						const browser = await openBrowser();
						const page = await openEditor(browser, harness);
						const before = flowscale.runs.length;
						const entries = page.getByTestId('item-iterator-item');
						const openPanel = async (search: string) => {
							await page.keyboard.press('n');
							await page.getByTestId('node-creator-search-bar').waitFor();
							await page.keyboard.type(search);
						};

						await page.goto(`${server.baseUrl}/workflow/new`);
						await page.getByTestId('canvas-add-button').waitFor();
						await openPanel('manual');
						await entries
							.filter({ hasText: /manual/i })
							.first()
							.waitFor();
						await page.keyboard.press('Enter');
						await page.getByTestId('canvas-node').first().waitFor();

						await openPanel('flowscale');
						await entries.filter({ hasText: 'Flowscale' }).first().waitFor();
						await page.keyboard.press('Enter');
						await entries.filter({ hasText: operation }).waitFor();
						await highlight(page, operation);
						await page.keyboard.press('Enter');
						await page.getByTestId('ndv').waitFor();

						// The list of workflows opens some moments after its field is reached. A Tab before
						// that leads past it, and back never.
						await tabTo(page, 'rlc-mode-selector');
						await page.keyboard.press('Tab');
						await page.locator('[data-test-id="rlc-search"]:focus-within').waitFor();
						await page.keyboard.type('text to image');
						const wanted = page.getByTestId('rlc-item').filter({ hasText: 'Text to Image' });
						await wanted.waitFor();
						// All others leave, and while n8n searches the wanted one does, too.
						await page.getByTestId('rlc-item').nth(1).waitFor({ state: 'detached' });
						await wanted.waitFor();
						await page.keyboard.press('ArrowDown');
						await page.keyboard.press('Enter');
						await page.getByTestId('parameter-input-text_51536').waitFor();
						await tabTo(page, 'parameter-input-text_51536');
						await page.keyboard.type('a lighthouse without a mouse');
						await tabTo(page, 'execute-workflow-button');
						await page.keyboard.press('Enter');
						// n8n names the node after its action; the trigger before it has its own tick, earlier.
						await page
							.locator(`[data-test-id="canvas-node"][data-node-name^="${operation}"]`)
							.getByTestId('canvas-node-status-success')
							.waitFor();
						equal(flowscale.runs.length, before + 1);
						equal(flowscale.runs.at(-1)?.inputs.text_51536, 'a lighthouse without a mouse');
						await browser.close();
					},
				},
			];
