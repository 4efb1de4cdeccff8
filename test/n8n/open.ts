import { startFlowscale } from '../../simulator/flowscale/startFlowscale';
import { owner } from './connectRest';
import { generations } from './generations';
import { installN8n } from './installN8n';
import { packPackage } from './installPackage';
import { env, exit, fs, join, onStopSignal, repository, stdout, tmpdir } from './platform';
import { readExamples } from './readExamples';
import { openSite } from './site';
import { stopAllProcesses } from './startProcess';

const say = (text: string) => stdout.write(`${text}\n`);

/** An n8n to try the node by hand: package, credential, examples and a Flowscale to run them on. */
const open = async (folder: string): Promise<void> => {
	const [generation] = generations;
	say('Installing n8n, or finding it in the cache; the first time takes some minutes …');
	const n8n = await installN8n(generation);
	const tarball = await packPackage(repository, folder);
	say(`Starting n8n ${n8n.version} …`);
	const site = await openSite(n8n, { folder, tarball, port: Number(env.N8N_PORT ?? 5678) });
	const flowscale = await startFlowscale({ runMs: 4_000, latencyMs: [5, 30], seed: Date.now() % 2 ** 31 });
	const { baseUrl, apiKey } = flowscale;
	const credential = await site.addCredential('Flowscale account', { baseUrl, authentication: 'apiKey', apiKey });
	const examples = await readExamples(credential);
	for (const workflow of examples.values()) await site.rest.createWorkflow(workflow);

	say(`
n8n ${n8n.version} with the package, ${examples.size} example workflows and a simulated Flowscale.

  Address    ${site.server.baseUrl}
  E-mail     ${owner.email}
  Password   ${owner.password}

  Flowscale  ${baseUrl}
  API Key    ${apiKey}

Ctrl+C ends it and forgets everything.`);
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
