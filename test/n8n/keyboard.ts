import type { Page } from 'playwright-core';
import type { Check } from './check';
import { openBrowser, openEditor } from './openBrowser';
import { equal } from './platform';
import type { Stage } from './stage';

const mostTabs = 120;
const operation = 'Execute a workflow and wait';

/** Goes on with the Tab key until the part has the focus. */
const tabTo = async (page: Page, testId: string): Promise<void> => {
	const part = page.getByTestId(testId).last();
	for (let tabs = 0; tabs < mostTabs; tabs += 1) {
		if (await part.evaluateAll(([element]) => element?.matches(':focus-within') === true)) return;
		// n8n's editor of expressions keeps the Tab key for itself until Escape.
		if (await page.locator('.cm-content:focus').count()) await page.keyboard.press('Escape');
		await page.keyboard.press('Tab');
	}
	throw new Error(`"${testId}" cannot be reached by the Tab key`);
};

/** For somebody who has no mouse: nothing on this page is ever clicked. The keys are those of n8n 2; the editor of 1.x has others. */
export const keyboard = (stage: Stage): Check[] => stage.n8n.generation.name === 'n8n-1' ? [] : [
	{
		name: 'the node is added, its form filled in and the workflow executed by the keyboard alone',
		run: async () => {
			const { flowscale, server } = stage;
			const browser = await openBrowser();
			const page = await openEditor(browser, stage);
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
			await entries.filter({ hasText: /manual/i }).first().waitFor();
			await page.keyboard.press('Enter');
			await page.getByTestId('canvas-node').first().waitFor();

			await openPanel('flowscale');
			await entries.filter({ hasText: 'Flowscale' }).first().waitFor();
			await page.keyboard.press('Enter');
			await entries.filter({ hasText: operation }).waitFor();
			const actions = (await entries.allInnerTexts()).filter((text) => !/actions$/i.test(text));
			for (let down = actions.findIndex((text) => text.includes(operation)); down > 0; down -= 1) await page.keyboard.press('ArrowDown');
			await page.keyboard.press('Enter');
			await page.getByTestId('ndv').waitFor();

			// The list of workflows opens as its field is reached.
			await tabTo(page, 'rlc-search');
			await page.keyboard.type('text to');
			await page.getByTestId('rlc-item').nth(1).waitFor({ state: 'detached' });
			await page.getByTestId('rlc-item').filter({ hasText: 'Text to Image' }).waitFor();
			await page.keyboard.press('ArrowDown');
			await page.keyboard.press('Enter');
			await page.getByTestId('parameter-input-text_51536').waitFor();
			await tabTo(page, 'parameter-input-text_51536');
			await page.keyboard.type('a lighthouse without a mouse');
			await tabTo(page, 'execute-workflow-button');
			await page.keyboard.press('Enter');
			await page.getByTestId('canvas-node-status-success').first().waitFor();
			equal(flowscale.runs.length, before + 1);
			equal(flowscale.runs.at(-1)?.inputs.text_51536, 'a lighthouse without a mouse');
			await browser.close();
		},
	},
];
