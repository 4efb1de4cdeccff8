import { readCliOptions, usage } from './flowscale/cliOptions';
import { startFlowscale, type Flowscale } from './flowscale/startFlowscale';
import { logLine } from './logLine';
import { argv, exit, onStopSignal, pid, stderr, stdout } from './platform';
import { ending, runSibling } from './sibling';
import { siblingNamed } from './siblings';

const say = (text: string) => stdout.write(`${text}\n`);

function introduce({ baseUrl, filesUrl, controlUrl, apiKey, workflows }: Flowscale): void {
	say(`Flowscale simulator. Paste into the Flowscale API credential in n8n:

  Base URL   ${baseUrl}
  API Key    ${apiKey ?? '(none: choose the authentication "None")'}

Downloads come from ${filesUrl} (control: ${controlUrl}/_control/stats). Workflows:
`);
	for (const { id, name, inputs } of workflows)
		say(`  ${id}  ${name.padEnd(15)} ${inputs.map((input) => input.name).join(', ')}`);
	const key = apiKey === undefined ? '' : `-H 'X-API-KEY: ${apiKey}' `;
	say(`\nTo ask it something: curl ${key}${baseUrl}/api/v1/comfy/workflows\n${ending}\n`);
}

async function main(): Promise<void> {
	const [name, ...args] = argv;
	const sibling = siblingNamed(name);
	if (sibling) return await runSibling(sibling, args);
	const { service, isJson, isHelp } = readCliOptions(argv);
	if (isHelp) return void say(usage);
	const flowscale = await startFlowscale({
		...service,
		onAnswer: isJson ? undefined : (entry) => say(logLine(entry)),
	});
	const { baseUrl, filesUrl, controlUrl, apiKey } = flowscale;
	if (isJson) say(JSON.stringify({ baseUrl, filesUrl, controlUrl, apiKey, pid }));
	else introduce(flowscale);
	onStopSignal(() => void flowscale.close());
}

main().catch((error: Error) => {
	stderr.write(`${error.message}\n\n${usage}\n`);
	exit(1);
});
