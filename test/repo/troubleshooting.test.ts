import { fs, join, projectDir } from '../../simulator/platform';
import { isSaidBy, type SourceText, sourceTexts } from './messages';

/** Messages of the page: code in the first column of its tables. */
async function quotedMessages(): Promise<string[]> {
	const page = await fs.readFile(join(projectDir, 'docs/troubleshooting.md'), 'utf8');
	return [...page.matchAll(/^\| `(.+?)` \| /gm)].map(([, message]) => message);
}

/**
 * The service's name and the label of a field are put into messages like any other value; a run's
 * end is put together from words.
 */
function isSaid(message: string, texts: SourceText[]): boolean {
	const [, reason] = /^No answer from Flowscale at …\. (.+)\.$/.exec(message) ?? [];
	if (reason !== undefined) return isSaid(reason, texts);
	const [, ending] =
		/^The run ((?:failed|was|timed).*?)(?:: …)?(?: \(run …\))?$/.exec(message) ?? [];
	const isEnding = (text: SourceText) =>
		ending !== undefined && (text.text === ending || isSaidBy(ending, text));
	return texts.some((text) => isSaidBy(message, text) || isEnding(text));
}

const firstWords = (text: string) => text.replace(/…/g, '').trim().length;

it('quotes nothing that no source says', async () => {
	const [messages, texts] = [await quotedMessages(), await sourceTexts()];
	expect(messages.length).toBeGreaterThan(80);
	expect(isSaid('Flowscale is out of coffee', texts)).toBe(false);
	expect(messages.filter((message) => !isSaid(message, texts))).toEqual([]);
});

it('explains every error that a user can meet', async () => {
	const [messages, texts] = [await quotedMessages(), await sourceTexts()];
	const errors = texts.filter(({ text, isMessage }) => isMessage && firstWords(text) >= 8);
	expect(errors.length).toBeGreaterThan(50);
	const isExplained = (text: SourceText) =>
		messages.some((message) => isSaidBy(message, text) || message.endsWith(`${text.text}.`));
	expect(
		errors.filter((text) => !isExplained(text)).map(({ file, text }) => `${file}: ${text}`),
	).toEqual([]);
});
