import { chromium, selectors, type Browser, type Page } from 'playwright-core';
import { debianTool } from './debianTool';
import type { Site } from './site';

// Root may not use Chromium's sandbox, and nothing in a browser under test may call home.
const flags = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

export const openBrowser = async (): Promise<Browser> => {
	// n8n's own spelling; Playwright's is without the second dash.
	selectors.setTestIdAttribute('data-test-id');
	return await chromium.launch({ executablePath: await debianTool('chromium'), args: flags });
};

/**
 * A page of n8n's editor with the owner signed in, sharper than a plain screen so that pictures of
 * it are.
 */
export const openEditor = async (browser: Browser, { server, rest }: Site): Promise<Page> => {
	const context = await browser.newContext({
		viewport: { width: 1280, height: 800 },
		deviceScaleFactor: 1.5,
		reducedMotion: 'reduce',
	});
	const [name, value] = rest.cookie().split('=');
	await context.addCookies([{ name, value, url: server.baseUrl }]);
	const page = await context.newPage();
	// A machine that runs n8n, a browser and other tests on two cores takes its time.
	page.setDefaultTimeout(60_000);
	return page;
};
