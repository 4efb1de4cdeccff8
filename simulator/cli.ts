import { readCliOptions, usage } from './flowscale/cliOptions';
import { startFlowscale, type Flowscale, type JournalEntry } from './flowscale/startFlowscale';
import { argv, exit, onStopSignal, pid, stderr, stdout } from './platform';
import { readSibling, type Sibling } from './siblings';

const say = (text: string) => stdout.write(`${text}\n`);
/** npm's own process hides this one: a signal to it ends npm alone. */
const ending = `Ctrl+C ends it, or: kill ${pid}`;

function introduce({ baseUrl, filesUrl, apiKey, workflows }: Flowscale): void {
	say(`Flowscale simulator. Paste into the Flowscale API credential in n8n:

  Base URL   ${baseUrl}
  API Key    ${apiKey ?? '(none: choose the authentication "None")'}

Downloads come from ${filesUrl} (control: ${filesUrl}/_control/stats). Workflows:
`);
	for (const { id, name, inputs } of workflows)
		say(`  ${id}  ${name.padEnd(15)} ${inputs.map((input) => input.name).join(', ')}`);
	const key = apiKey === undefined ? '' : `-H 'X-API-KEY: ${apiKey}' `;
	say(`\nTo ask it something: curl ${key}${baseUrl}/api/v1/comfy/workflows\n${ending}\n`);
}

const logLine = ({ at, method, url, status, fault, runId }: JournalEntry): string => {
	const path = url.replace(/\?X-Amz.*$/, '?…');
	return [
		new Date(at).toISOString().slice(11, 23),
		status ?? '---',
		method,
		path,
		runId && `run ${runId}`,
		fault && `[${fault}]`,
	]
		.filter((part) => part)
		.join('  ');
};

async function runSibling({
	sibling,
	port,
	isJson,
}: {
	sibling: Sibling;
	port: number;
	isJson: boolean;
}): Promise<void> {
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

async function main(): Promise<void> {
	const choice = readSibling(argv);
	if (choice) return await runSibling(choice);
	const { service, isJson, isHelp } = readCliOptions(argv);
	if (isHelp) return void say(usage);
	const flowscale = await startFlowscale({
		...service,
		onAnswer: isJson ? undefined : (entry) => say(logLine(entry)),
	});
	const { baseUrl, filesUrl, apiKey } = flowscale;
	if (isJson) say(JSON.stringify({ baseUrl, filesUrl, apiKey, pid }));
	else introduce(flowscale);
	onStopSignal(() => void flowscale.close());
}

main().catch((error: Error) => {
	stderr.write(`${error.message}\n\n${usage}\n`);
	exit(1);
});
