import type { Locator, Page } from 'playwright-core';
import { isRenewing } from './editorPictures';
import { imagesFolder } from './madeFrom';
import { fs, join, ok, repository } from './platform';
import type { Site } from './site';

export type Size = [width: number, height: number];
const screenSize: Size = [1280, 800];

const settleMs = 800;
const openMs = 10_000;
const mostTries = 5;
const buttonsAtPx = 640;
/** The open node has rounded corners, with something dark behind. */
const edgePx = 8;
/**
 * What would cover the subject of a picture: messages that pop up and go away, and the neighbours
 * at the edges of an open node.
 */
const hidden = '.el-notification, [data-test-id="floating-nodes"] { display: none }';

interface Box {
	x: number;
	y: number;
	width: number;
	height: number;
}

const screenOf = (page: Page) => page.viewportSize() ?? { width: 0, height: 0 };

/** Space around what a picture of the canvas is about, and below for the names of the nodes. */
const marginPx = 24;
const namesPx = 56;

function aroundAll(boxes: Array<Box | null>, screen: { width: number; height: number }): Box {
	const there = boxes.filter((box) => box !== null);
	const x = Math.max(60, Math.min(...there.map((box) => box.x)) - marginPx);
	const y = Math.max(80, Math.min(...there.map((box) => box.y)) - marginPx);
	const right = Math.max(...there.map((box) => box.x + box.width)) + 2 * marginPx;
	const bottom = Math.max(...there.map((box) => box.y + box.height)) + namesPx;
	return {
		x,
		y,
		width: Math.min(right, screen.width) - x,
		height: Math.min(bottom, screen.height - 130) - y,
	};
}

/** The simulated services have addresses of this machine, which a reader would take for real. */
async function withPublicAddresses(page: Page): Promise<void> {
	await page.evaluate(`{
		const shown = (text) => text
			.replace(/http:\\/\\/127\\.0\\.0\\.1:\\d+(?=\\/pictures)/g, 'https://storage.example.com')
			.replace(/https?:\\/\\/(127\\.0\\.0\\.1|localhost):\\d+/g, 'https://smart-amber-tgdsf.pod.flowscale.ai')
			.replace(/(127\\.0\\.0\\.1|localhost):\\d+/g, 'smart-amber-tgdsf.pod.flowscale.ai');
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (walker.nextNode()) {
			const text = walker.currentNode.nodeValue ?? '';
			if (shown(text) !== text) walker.currentNode.nodeValue = shown(text);
		}
		for (const field of document.querySelectorAll('input, textarea'))
			if (shown(field.value) !== field.value) field.value = shown(field.value);
	}`);
}

/** What a person's hands do in n8n's editor, on one page. */
export const createHands = (page: Page, { n8n, server: { baseUrl } }: Site) => {
	const ownPictures = join(repository, 'build/pictures', n8n.generation.name);
	const pictures = isRenewing(n8n.generation) ? imagesFolder : ownPictures;
	const taken: string[] = [];
	const part = (id: string) => page.getByTestId(id);
	const output = page.getByTestId('output-panel');

	/** Where more is to be seen, or less, and nothing shall be cut in the middle. */
	const resize = async ([width, height]: Size) => await page.setViewportSize({ width, height });
	const boxOf = async (what: Locator): Promise<Box> => {
		const box = await what.boundingBox();
		ok(box, 'what the picture is about is not on the screen');
		return box;
	};
	const picture = async (name: string, clip?: Box, folder = pictures) => {
		await fs.mkdir(folder, { recursive: true });
		await page.mouse.move(screenOf(page).width / 2, screenOf(page).height - 5);
		await page.waitForTimeout(settleMs);
		if (folder === pictures) taken.push(name);
		await withPublicAddresses(page);
		await page.screenshot({ path: join(folder, `${name}.png`), style: hidden, clip });
	};
	const sketches = join(ownPictures, 'sketches');
	const openNodeBox = async (): Promise<Box> => {
		const [{ x }, { x: outputX, y, width, height }] = await Promise.all([
			boxOf(part('node-parameters')),
			boxOf(output),
		]);
		return { x, y, width: outputX + width - x - 2, height: height - edgePx };
	};
	/**
	 * Drags the form to one side, so that the panel at the other one is as wide as n8n lets it be.
	 */
	const dragForm = async (x: number) => {
		// A trigger has no input to the left of its form, and so in n8n 1.x no handle.
		if ((await part('panel-drag-button').count()) === 0) return;
		const handle = await boxOf(part('panel-drag-button'));
		const y = handle.y + handle.height / 2;
		await page.mouse.move(handle.x + handle.width / 2, y);
		await page.mouse.down();
		await page.mouse.move(x, y, { steps: 8 });
		await page.mouse.up();
	};

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
		picture,
		/** A picture for whoever runs the suite and looks at it; no page shows it. */
		sketch: async (name: string) => await picture(name, undefined, sketches),
		/** A picture for the README of a sibling package. */
		siblingPicture: async (folder: string, name: string) => {
			const target = join(folder, 'docs/images');
			await picture(name, await openNodeBox(), isRenewing(n8n.generation) ? target : sketches);
		},
		/** What is on the canvas, without the empty space and the buttons around it. */
		canvasPicture: async (name: string) => {
			const boxes = await Promise.all(
				(await page.locator('[data-test-id="canvas-node"], [data-test-id="sticky"]').all()).map(
					async (one) => await one.boundingBox(),
				),
			);
			await picture(name, aroundAll(boxes, screenOf(page)));
		},
		/** Names of the pictures so far. */
		taken,
		/** The form and what came out. The input is left out: in front of a first step it is empty. */
		nodePicture: async (name: string) => await picture(name, await openNodeBox()),
		boxOf,
		resize,
		newWorkflow: async () => {
			await page.goto(`${baseUrl}/workflow/new`);
			await part('canvas-add-button').click();
		},
		openWorkflow: async (id: string, size = screenSize) => {
			await resize(size);
			await page.goto(`${baseUrl}/workflow/${id}`);
			await part('canvas-node').first().waitFor();
		},
		openExecutions: async (workflowId: string) => {
			await page.goto(`${baseUrl}/workflow/${workflowId}/executions`);
			// In n8n 1.x the canvas of an execution is a page in the page.
			await page.locator('iframe, [data-test-id="canvas-node"]').first().waitFor();
		},
		/** The whole workflow on the screen, and nothing of it behind the buttons at the lower edge. */
		fitCanvas: async () => {
			await part('zoom-to-fit').click();
			await page.waitForTimeout(settleMs);
			const boxes = await Promise.all(
				(await part('canvas-node').all()).map(async (node) => await node.boundingBox()),
			);
			const lowest = Math.max(...boxes.map((box) => (box ? box.y + box.height : 0)));
			if (lowest > buttonsAtPx) await part('zoom-out-button').click();
		},
		/** Types into the open nodes panel until `found` is among the answers. */
		search: async (text: string, found: string | RegExp) => {
			await part('node-creator-search-bar').fill(text);
			await part('item-iterator-item').filter({ hasText: found }).first().waitFor();
		},
		choose: async (text: string | RegExp) =>
			await part('item-iterator-item').filter({ hasText: text }).first().click(),
		openNode: async (name: string) => {
			const node = page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
			const isOpen = async () =>
				await part('ndv')
					.waitFor({ timeout: openMs })
					.then(
						() => true,
						() => false,
					);
			// A canvas that was just drawn may miss a double click.
			for (let tries = 0; tries < mostTries; tries += 1) {
				await node.dblclick();
				if (await isOpen()) return;
			}
			throw new Error(`"${name}" does not open`);
		},
		widenOutput: async () => await dragForm(0),
		evenPanels: async () => await dragForm(screenOf(page).width / 2),
		/** Widens the screen until that part of the output is not cut off at the right. */
		seeWhole: async (what: Locator) => {
			for (let tries = 0; tries < 8; tries += 1) {
				const [part, room] = await Promise.all([boxOf(what), boxOf(output)]);
				const missing = Math.ceil(part.x + part.width - room.x - room.width) + 3;
				if (missing <= 0) return;
				// The form takes its share of a wider screen, so once is not enough.
				await resize([screenOf(page).width + missing, screenOf(page).height]);
				await page.waitForTimeout(settleMs);
			}
			throw new Error('it cannot be seen as a whole');
		},
		/** The picture in the output, as it is drawn and not only asked for. */
		seePicture: async () => {
			const image = output.locator('img').last();
			await image.waitFor();
			ok(
				await image.evaluate(
					(element) => (element as unknown as { naturalWidth: number }).naturalWidth > 0,
				),
				'the picture is empty',
			);
		},
		executeStep: async () => await part('node-execute-button').click(),
	};
};

export type Hands = ReturnType<typeof createHands>;
