import { owner } from './connectRest';
import { generations } from './generations';
import { installN8n } from './installN8n';
import { packPackages } from './packages';
import { argv, env, exit, fs, join, onStopSignal, stdout, tmpdir } from './platform';
import { credentialsOf } from './playExample';
import { readExamples } from './readExamples';
import { rebuildOnChange } from './rebuildOnChange';
import { openSite } from './site';
import { setHarness } from './stage';
import { stopAllProcesses } from './startProcess';

const say = (text: string) => stdout.write(`${text}\n`);

/** `npm run dev`: the packages are built and loaded anew whenever their source changes. */
const isDev = argv.includes('--dev');

/**
 * An n8n to try the nodes by hand: packages, credentials, examples, and services to run them on.
 */
const open = async (folder: string): Promise<void> => {
	const [generation] = generations;
	say('Installing n8n, or finding it in the cache; the first time takes some minutes …');
	const n8n = await installN8n(generation);
	const packed = await packPackages(folder);
	say(`Starting n8n ${n8n.version} …`);
	const site = await openSite(n8n, {
		folder,
		packed,
		port: Number(env.N8N_PORT ?? 5678),
		env: isDev ? { N8N_DEV_RELOAD: 'true' } : {},
	});
	const harness = await setHarness(site, {
		runMs: 4_000,
		latencyMs: [5, 30],
		seed: Date.now() % 2 ** 31,
	});
	const examples = await readExamples(credentialsOf(harness));
	for (const workflow of examples.values()) await site.rest.createWorkflow(workflow);
	const services = harness.connections.map(
		({ from, service }) =>
			`  ${from.title.padEnd(9)}  ${service.baseUrl}   API Key ${service.apiKey}`,
	);

	say(`
n8n ${n8n.version} with the packages, ${examples.size} example workflows, and simulated services behind their credentials.

  Address    ${site.server.baseUrl}
  E-mail     ${owner.email}
  Password   ${owner.password}

${services.join('\n')}

Ctrl+C ends it and forgets everything.`);
	if (isDev) await rebuildOnChange(site.server.userFolder, packed, say);
};

const main = async (): Promise<void> => {
	const folder = await fs.mkdtemp(join(tmpdir(), 'flowscale-n8n-'));
	await fs.chmod(folder, 0o755);
	const end = async (code: number): Promise<never> => {
		await stopAllProcesses();
		await fs.rm(folder, { recursive: true, force: true });
		return exit(code);
	};
	onStopSignal(() => void end(0));
	await open(folder).catch(async (error: Error) => {
		say(error.message);
		await end(1);
	});
};

void main();
