import { exit, fs, join, projectDir, stderr, stdout } from '../simulator/platform';
import { addCoreNodes } from '../test/harness/coreNodes';
import { userFolder } from '../test/harness/environment';
import type { WorkflowFile } from '../test/harness/runWorkflow';
import { type Engine, startEngine, useBinaryMode } from '../test/harness/startEngine';
import {
	credentialFor,
	packageDirOf,
	type Service,
	type SiblingParts,
} from '../test/harness/useSibling';

/** What a demo of a sibling package has at hand. */
export interface SiblingScene<S> {
	engine: Engine;
	service: S;
	say(text: string): void;
	/** Of `examples/`; n8n's own nodes that it uses are added, and take the place of simpler ones. */
	example(file: string): Promise<WorkflowFile>;
}

/**
 * The built package on n8n's engine, with its simulated service: plays the demo, cleans up, and ends
 * the process.
 */
export function runSiblingDemo<S extends Service, O>(
	parts: SiblingParts<S, O>,
	options: O,
	play: (scene: SiblingScene<S>) => Promise<void>,
): void {
	const main = async () => {
		const service = await parts.start(options);
		try {
			const engine = await startEngine(packageDirOf(parts.folder), credentialFor(parts, service));
			await useBinaryMode('filesystem');
			await play({
				engine,
				service,
				say: (text) => void stdout.write(text),
				example: async (file) => {
					addCoreNodes(engine);
					const text = await fs.readFile(join(projectDir, 'examples', file), 'utf8');
					return JSON.parse(text) as WorkflowFile;
				},
			});
			if (service.unknown.length > 0)
				throw new Error(`The simulator does not know ${service.unknown.join(', ')}`);
		} finally {
			await service.close();
			await fs.rm(userFolder, { recursive: true, force: true });
		}
	};
	main().then(
		() => exit(0),
		(error: Error) => {
			stderr.write(`The demo failed: ${error.stack ?? error.message}\n`);
			exit(1);
		},
	);
}
