import { breakPackage, type Damage } from './breakPackage';
import type { Check } from './check';
import { discovery } from './discovery';
import type { PackedPackage } from './packages';
import { fs, join, match, stdout, tmpdir } from './platform';
import type { Harness } from './stage';

const isNode = (file: string) => file.endsWith('Flowscale.node.js');

const damages: Array<Damage & { complaint: RegExp }> = [
	{
		name: 'without-icons',
		change: (file, text) => (file.endsWith('.svg') ? undefined : text),
		complaint: /icon/,
	},
	{
		name: 'without-codex',
		change: (file, text) => (file.endsWith('.node.json') ? undefined : text),
		complaint: /no category/,
	},
	{
		name: 'with-wrong-class',
		change: (file, text) =>
			isNode(file) ? text.replace('exports.Flowscale', 'exports.FlowScale') : text,
		complaint: /does not know/,
	},
];

/**
 * The checks of the package can fail: each of these must, on a package that is broken in one place.
 */
export const broken = (harness: Harness): Check[] => {
	const whole = harness.packed[0];
	const packages = new Map<string, PackedPackage>();

	return [
		{
			name: 'n8n starts with broken packages in it',
			run: async () => {
				const folder = await fs.mkdtemp(join(tmpdir(), 'flowscale-broken-'));
				for (const damage of damages)
					packages.set(damage.name, await breakPackage(whole, damage, folder));
				await harness.reinstall([...packages.values()]);
				await fs.rm(folder, { recursive: true, force: true });
			},
		},
		...damages.map(({ name, complaint }) => ({
			name: `a package ${name.replaceAll('-', ' ')} is noticed`,
			run: async () => {
				const damaged = packages.get(name) ?? whole;
				const [first] = discovery(harness, damaged);
				const said = await first.run().then(
					() => 'nothing',
					(error: Error) => error.message,
				);
				match(said, complaint);
				stdout.write(`      the check says of it: ${said.split('\n')[0]}\n`);
			},
		})),
	];
};
