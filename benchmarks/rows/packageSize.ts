import { execFile, execPath, projectDir } from '../../simulator/platform';
import type { Measurement } from '../measurement';

const outputOf = async (command: string, args: string[]) =>
	await new Promise<string>((resolve, reject) => {
		execFile(command, args, { cwd: projectDir, maxBuffer: 64 * 1024 * 1024 }, (error, out) =>
			error ? reject(error) : resolve(out),
		);
	});

export const packageSize: Measurement = {
	repeats: 1,
	isStallForeign: true,
	rows: [
		{
			id: 'unpacked',
			title: 'Package: unpacked size (`npm pack`)',
			unit: 'kB',
			bound: 400,
			digits: 0,
		},
	],
	measure: async () => {
		const [{ unpackedSize }] = JSON.parse(
			await outputOf('npm', ['pack', '--dry-run', '--json', '--loglevel=silent']),
		) as [{ unpackedSize: number }];
		return { unpacked: unpackedSize / 1000 };
	},
};

/**
 * A fresh node process, without TypeScript, that has loaded `n8n-workflow` as n8n's server has:
 * then all nodes are required and made.
 */
const script = `
	require('n8n-workflow');
	const { join, basename } = require('path');
	const { nodes } = require('./package.json').n8n;
	const began = performance.now();
	for (const file of nodes) new (require(join(process.cwd(), file))[basename(file, '.node.js')])();
	console.log(performance.now() - began);
`;

export const loadTime: Measurement = {
	isStallForeign: true,
	rows: [
		{ id: 'loadMs', title: 'Package: time to load its nodes', unit: 'ms', bound: 30, digits: 0 },
	],
	measure: async () => ({ loadMs: Number(await outputOf(execPath, ['-e', script])) }),
};
