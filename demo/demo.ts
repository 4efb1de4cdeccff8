import { addCoreNodes } from '../test/harness/coreNodes';
import { userFolder } from '../test/harness/environment';
import { startEngine } from '../test/harness/startEngine';
import { version as engineVersion } from 'n8n-core/package.json';
import { startFlowscale, type SimulatedRun } from '../simulator/flowscale/startFlowscale';
import { exit, fs, join, projectDir, stderr, stdout } from '../simulator/platform';
import { galleryOf } from './gallery';
import { type Played, playExample } from './playExample';
import { tableOf } from './table';

/**
 * The workflows of `examples/` that run without anything but a Flowscale account, in the order they
 * are shown.
 */
const EXAMPLES = [
	'text-to-image',
	'image-to-image-and-video',
	'batch-with-error-branch',
	'start-and-collect',
	'scheduled-batch',
];

const target = join(projectDir, 'build', 'demo');
const say = (text: string) => stdout.write(`${text}\n`);

/** A video takes a machine longer than a picture; no two runs take the same time. */
const workMs = ({ workflow, inputs }: SimulatedRun) =>
	(/Video|Everything/.test(workflow.name) ? 2_500 : 1_200) +
	170 * (Number(inputs.seed_51537 ?? 2) % 7);

async function main(): Promise<void> {
	const flowscale = await startFlowscale({ containers: 3, runMs: workMs });
	const engine = await startEngine(projectDir, {
		flowscaleApi: {
			baseUrl: flowscale.baseUrl,
			authentication: 'apiKey',
			apiKey: flowscale.apiKey ?? '',
			headers: {},
			allowUnauthorizedCerts: false,
		},
	});
	addCoreNodes(engine);
	say(
		`The built package on n8n’s own engine (n8n-core ${engineVersion}), with a simulated Flowscale of three machines at ${flowscale.baseUrl}`,
	);

	await fs.rm(target, { recursive: true, force: true });
	const played: Played[] = [];
	try {
		for (const example of EXAMPLES)
			played.push(
				await playExample({
					engine,
					flowscale,
					say,
					file: join(projectDir, 'examples', `${example}.json`),
					target: join(target, example),
				}),
			);
	} finally {
		await flowscale.close();
		await fs.rm(userFolder, { recursive: true, force: true });
	}
	await fs.writeFile(join(target, 'index.html'), galleryOf(played));
	say(
		`\n${tableOf(played)}\n\nPictures, videos and texts are in ${target}\nOpen ${join(target, 'index.html')} to see them all.`,
	);
	if (flowscale.unknown.length > 0)
		throw new Error(
			`The simulator was asked for what it does not know: ${flowscale.unknown.join(', ')}`,
		);
}

main().then(
	() => exit(0),
	(error: Error) => {
		stderr.write(`\nThe demo failed: ${error.stack ?? error.message}\n`);
		exit(1);
	},
);
