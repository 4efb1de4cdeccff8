import type { JournalEntry } from './journal';
import { logLine } from './logLine';
import { onStopSignal, parseArgs, pid, stdout } from './platform';

export interface SiblingOptions {
	port: number;
	onAnswer?(entry: JournalEntry): void;
}

/** The stand-in for the service of a sibling package, as its command starts it. */
export interface Sibling {
	title: string;
	port: number;
	/** What it runs: ids, with a few words each. */
	workflows: Array<[id: string, words: string]>;
	start(
		options: SiblingOptions,
	): Promise<{ baseUrl: string; apiKey: string; close(): Promise<void> }>;
}

/** npm's own process hides this one: a signal to it ends npm alone. */
export const ending = `Ctrl+C ends it, or: kill ${pid}`;

const say = (text: string) => stdout.write(`${text}\n`);

/** @throws Error for a switch that is none */
export function readSiblingOptions(
	sibling: Sibling,
	args: readonly string[],
): { port: number; isJson: boolean } {
	const { values } = parseArgs({
		args: [...args],
		options: { port: { type: 'string' }, json: { type: 'boolean', default: false } },
	});
	const port = Number(values.port ?? (values.json ? 0 : sibling.port));
	if (!Number.isInteger(port)) throw new Error(`--port needs a number, not "${values.port}"`);
	return { port, isJson: values.json };
}

/**
 * Serves it until the process is stopped.
 * @param args `--port 9000`, `--json` for other programs
 */
export async function runSibling(sibling: Sibling, args: readonly string[]): Promise<void> {
	const { port, isJson } = readSiblingOptions(sibling, args);
	const service = await sibling.start({
		port,
		onAnswer: isJson ? undefined : (entry) => say(logLine(entry)),
	});
	const { baseUrl, apiKey } = service;
	onStopSignal(() => void service.close());
	if (isJson) return void say(JSON.stringify({ baseUrl, apiKey, pid }));
	say(`${sibling.title} simulator. Paste into the ${sibling.title} API credential in n8n:

  Base URL   ${baseUrl}
  API Key    ${apiKey}

Workflows:
`);
	for (const [id, words] of sibling.workflows) say(`  ${id}  ${words}`);
	say(`\n${ending}\n`);
}
