import type { Page } from 'playwright-core';
import { argv, fs, join, repository } from './platform';
import type { Site } from './site';

const settleMs = 800;
const buttonsAtPx = 640;

/** What a person's hands do in n8n's editor, on one page. */
export const createHands = (page: Page, { n8n, server: { baseUrl } }: Site) => {
	const ownPictures = join(repository, 'build/pictures', n8n.generation.name);
	/** `suite.ts n8n-2 editor pictures` renews the pictures of the documentation; other runs leave them alone. */
	const pictures = argv.includes('pictures') && n8n.generation.name === 'n8n-2' ? join(repository, 'docs/images') : ownPictures;
	const part = (id: string) => page.getByTestId(id);
	const output = page.getByTestId('output-panel');

	return {
		page,
		part,
		output,
		/** What the screen shows now, for whoever wonders why a check has failed. */
		evidence: async (name: string): Promise<string> => {
			const path = join(ownPictures, `failed-${name.replace(/\W+/g, '-')}.png`);
			await fs.mkdir(ownPictures, { recursive: true });
			await page.screenshot({ path });
			return path;
		},
		picture: async (name: string) => {
			await fs.mkdir(pictures, { recursive: true });
			await page.mouse.move(640, 795);
			await page.waitForTimeout(settleMs);
			// Messages that pop up and go away would cover what the picture is about.
			await page.screenshot({ path: join(pictures, `${name}.png`), style: '.el-notification { display: none }' });
		},
		newWorkflow: async () => {
			await page.goto(`${baseUrl}/workflow/new`);
			await part('canvas-add-button').click();
		},
		openWorkflow: async (id: string) => {
			await page.goto(`${baseUrl}/workflow/${id}`);
			await part('canvas-node').first().waitFor();
		},
		/** The whole workflow on the screen, and nothing of it behind the buttons at the lower edge. */
		fitCanvas: async () => {
			await part('zoom-to-fit').click();
			await page.waitForTimeout(settleMs);
			const boxes = await Promise.all((await part('canvas-node').all()).map(async (node) => await node.boundingBox()));
			const lowest = Math.max(...boxes.map((box) => (box ? box.y + box.height : 0)));
			if (lowest > buttonsAtPx) await part('zoom-out-button').click();
		},
		/** Types into the open nodes panel until `found` is among the answers. */
		search: async (text: string, found: string | RegExp) => {
			await part('node-creator-search-bar').fill(text);
			await part('item-iterator-item').filter({ hasText: found }).first().waitFor();
		},
		choose: async (text: string | RegExp) => await part('item-iterator-item').filter({ hasText: text }).first().click(),
		openNode: async (name: string) => await page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick(),
		/** Makes the output wide, by dragging the form to the left. */
		widenOutput: async () => {
			const handle = await part('panel-drag-button').boundingBox();
			if (!handle) return;
			const [x, y] = [handle.x + handle.width / 2, handle.y + handle.height / 2];
			await page.mouse.move(x, y);
			await page.mouse.down();
			await page.mouse.move(x - 160, y, { steps: 8 });
			await page.mouse.up();
		},
		executeStep: async () => await part('node-execute-button').click(),
	};
};

export type Hands = ReturnType<typeof createHands>;
