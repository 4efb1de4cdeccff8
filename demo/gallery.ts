import type { Played } from './playExample';
import type { Saved } from './saveOutputs';

const STYLE = `body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; background: #16161d; color: #e9e9f2 }
section { display: flex; flex-wrap: wrap; gap: 1rem; margin-bottom: 2.5rem }
figure { margin: 0; width: 256px } img, video { width: 256px; height: 256px; border-radius: 12px; display: block }
figcaption { font-size: 13px; color: #a7a7ba; margin-top: .4rem } b { color: #e9e9f2; font-weight: 600 }
pre { margin: 0; box-sizing: border-box; max-width: 34rem; min-width: 256px; padding: 1rem; border-radius: 12px; background: #22222d; white-space: pre-wrap }`;

/** A page that shows every picture, video and text of the demo. */
export function galleryOf(played: Played[]): string {
	const sections = played.map(
		({ example, title, files }) =>
			`<h2>${safe(title)}</h2>\n<section>\n${files.map((file) => figureOf(example, file)).join('\n')}\n</section>`,
	);
	return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>What the demo made</title>
<style>${STYLE}</style>
<h1>What the demo made</h1>
<p>The simulator drew these. A Flowscale deployment draws what its own workflows draw.</p>
${sections.join('\n')}
</html>
`;
}

function figureOf(example: string, { name, mimeType, node, words, text }: Saved): string {
	const link = `${example}/${name}`;
	const caption = `<figcaption><b>${safe(node)}</b> ${safe(words)}</figcaption>`;
	if (text !== undefined)
		return `<figure style="width: auto"><pre>${safe(text)}</pre>${caption}</figure>`;
	const isVideo = mimeType.startsWith('video/');
	const media = isVideo
		? `<video src="${link}" autoplay muted loop playsinline></video>`
		: `<img src="${link}" alt="${safe(words)}">`;
	return `<figure>${media}${caption}</figure>`;
}

const safe = (text: string) =>
	text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
