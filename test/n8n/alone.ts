import type { Check } from './check';
import { credential } from './credential';
import { discovery, nodesOfOurs } from './discovery';
import type { PackedPackage } from './packages';
import { deepEqual, equal } from './platform';
import { playExample } from './playExample';
import type { Connection, Harness } from './stage';

/** A workflow of each sibling that needs nothing else of this repository. */
const ownExample: Record<string, string> = {
	'n8n-nodes-comflowy': 'comflowy-callback',
	'n8n-nodes-flowai': 'flowai-streaming-chat',
};

/** A package whose siblings are not installed. */
const checksOf = (harness: Harness, packed: PackedPackage, connection: Connection): Check[] => {
	const all = [...discovery(harness, packed), ...credential(harness, connection)];
	return [
		{
			name: `${packed.name} is installed without its siblings`,
			run: async () => {
				await harness.reinstall([packed]);
				deepEqual(
					await nodesOfOurs(harness),
					packed.nodes.map(({ name }) => `${packed.name}.${name}`),
				);
			},
		},
		{
			name: `${packed.name} alone is found, its credential tested, and ${ownExample[packed.name]}.json played`,
			run: async () => {
				for (const { run } of all) await run();
				const { execution } = await playExample(harness, ownExample[packed.name]);
				equal(execution.status, 'success', execution.error?.message);
			},
		},
	];
};

/** Each sibling stands alone; n8n-nodes-flowscale does so in queue mode. */
export const alone = (harness: Harness): Check[] =>
	harness.connections
		.filter(({ from }) => from.name in ownExample)
		.flatMap((connection) => {
			const packed = harness.packed.find(({ name }) => name === connection.from.name);
			return packed ? checksOf(harness, packed, connection) : [];
		});
