import { readCliOptions, usage } from './flowscale/cliOptions';
import { startFlowscale, type Flowscale, type JournalEntry } from './flowscale/startFlowscale';
import { argv, exit, onStopSignal, pid, stderr, stdout } from './platform';

const say = (text: string) => stdout.write(`${text}\n`);

function introduce({ baseUrl, filesUrl, apiKey, workflows }: Flowscale): void {
	say(`Flowscale simulator. Paste into the Flowscale API credential in n8n:

  Base URL   ${baseUrl}
  API Key    ${apiKey ?? '(none: choose the authentication "None")'}

Downloads come from ${filesUrl} (control: ${filesUrl}/_control/stats). Workflows:
`);
	for (const { id, name, inputs } of workflows)
		say(`  ${id}  ${name.padEnd(15)} ${inputs.map((input) => input.name).join(', ')}`);
	say('\nCtrl+C ends it.\n');
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

async function main(): Promise<void> {
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
