import { generations, type Generation } from './generations';
import { join, machine, runningNode } from './platform';

/**
 * Versions of n8n on which everything but the editor is played: the first and the last of each line
 * that users run. The two that have a lock file of their own are the suite's usual ones.
 */
export const testedVersions = [
	'1.104.2',
	'1.123.81',
	'2.0.3',
	'2.8.4',
	'2.20.12',
	'2.30.8',
	'2.41.1',
];

/** What is installed for one of them, where there is no lock file for it. */
export interface Manifest {
	name: string;
	private: true;
	dependencies: Record<string, string>;
	overrides: Record<string, string>;
}

export const isVersion = (word: string): boolean => /^\d+\.\d+\.\d+$/.test(word);

const numbersOf = (version: string): number[] => version.split('.').map(Number);

/** Negative where `a` is older than `b`. */
export const compareVersions = (a: string, b: string): number => {
	const others = numbersOf(b);
	const difference = numbersOf(a)
		.map((number, index) => number - others[index])
		.find((one) => one !== 0);
	return difference ?? 0;
};

/** The Node.js of n8n's own container image of that version. */
export const nodeVersionOf = (version: string): number => {
	if (compareVersions(version, '2.0.0') < 0) return 20;
	return compareVersions(version, '2.36.0') < 0 ? 22 : 24;
};

/** From the registry, since neither release pages nor version managers are at hand everywhere. */
const nodePackages: Record<number, string> = { 22: '22.23.2', 24: '24.21.0' };

const hasNodePackage = (node: number): boolean =>
	machine.startsWith('linux-') && node in nodePackages;

/** @returns undefined for a version that is installed from a lock file */
export const manifestOf = (version: string): Manifest => {
	const node = nodeVersionOf(version);
	return {
		name: 'n8n-under-test',
		private: true,
		dependencies: {
			n8n: version,
			...(hasNodePackage(node) && { [`node-${machine}`]: nodePackages[node] }),
		},
		overrides: {
			linkedom: '0.18.12',
			'msgpackr-extract': '3.0.4',
			// n8n takes it from its vendor's site, which not every machine reaches.
			xlsx: '0.18.5',
		},
	};
};

/** The version as one of the two generations, with its Node.js and what it asks of its environment. */
export const generationOf = (version: string): Generation => {
	const isOld = compareVersions(version, '2.0.0') < 0;
	const usual = generations.find(({ name }) => name === (isOld ? 'n8n-1' : 'n8n-2'));
	if (usual === undefined) throw new Error(`No generation is like n8n ${version}`);
	const node = nodeVersionOf(version);
	const fromPackage = (installed: string) => {
		const folder = join(installed, 'node_modules', `node-${machine}`);
		return { binary: join(folder, 'bin/node'), headers: folder, abi: '' };
	};
	const hasModules = compareVersions(version, '2.40.0') >= 0;
	return {
		...usual,
		node: hasNodePackage(node) ? fromPackage : () => runningNode,
		env: isOld || hasModules ? usual.env : {},
	};
};
