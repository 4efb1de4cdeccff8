import type { INodeExecutionData } from 'n8n-workflow';
import { runSiblingDemo, type SiblingScene } from '../../../demo/siblingDemo';
import type { Comflowy } from '../../../simulator/comflowy/startComflowy';
import { fs, join, projectDir } from '../../../simulator/platform';
import { bytesOf } from '../../../test/harness/assertions';
import { comflowyParts } from '../../../test/harness/comflowyHarness';
import { outputOf } from '../../../test/harness/runWorkflow';
import { startWaitingServer } from '../../../test/harness/waitingServer';

const EXAMPLE = 'comflowy-callback.json';
const target = join(projectDir, 'build', 'demo');

/**
 * The example: two prompts wait by callback, and Comflowy calls when each image is there. They are
 * saved in `build/demo`.
 */
async function play({ engine, service, say, example }: SiblingScene<Comflowy>): Promise<void> {
	say(`examples/${EXAMPLE}, with a simulated Comflowy at ${service.baseUrl}\n`);
	const server = await startWaitingServer(engine, await example(EXAMPLE), 'Make the Images');
	try {
		const { status } = await server.start([{ json: {} }]);
		say(`Two runs are started. The execution is saved: ${status}\n`);
		for (const { id } of service.runs) {
			await service.finish(id);
			say(`Comflowy calls back about run ${id}: ${(await server.idle()).status}\n`);
		}
		const { error } = server.run().data.resultData;
		if (error) throw error;
		await save(outputOf(server.run(), 'Use the Images'), say);
	} finally {
		await server.close();
	}
}

async function save(
	images: INodeExecutionData[],
	say: SiblingScene<Comflowy>['say'],
): Promise<void> {
	if (images.length !== 2) throw new Error(`There are ${images.length} images, not two`);
	await fs.mkdir(target, { recursive: true });
	for (const [n, { json, binary }] of images.entries()) {
		const file = join(target, `${n + 1}-${binary?.data.fileName ?? 'none'}`);
		await fs.writeFile(file, await bytesOf(binary?.data));
		say(`${String(json.run_id)}  ${String(json.state)}  ${JSON.stringify(json.inputs)}  ${file}\n`);
	}
}

runSiblingDemo(comflowyParts, { runMs: 600_000 }, play);
