import { bundle } from '../bundle';
import { type Mutant, patchesOf } from '../mutants';

/** The package's code with a fault in it, by name of the node, as the build would have made it. */
export async function brokenPackage(mutant: Mutant): Promise<Record<string, string>> {
	const nodeAt = async (name: string) =>
		await bundle(`../../nodes/Flowscale/${name}.node.ts`, patchesOf(mutant));
	const [flowscale, flowscaleTrigger] = await Promise.all([
		nodeAt('Flowscale'),
		nodeAt('FlowscaleTrigger'),
	]);
	return { flowscale, flowscaleTrigger };
}
