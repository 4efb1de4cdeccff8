import { execPath, fs, join, projectDir as root } from '../../simulator/platform';
import { packageFolders } from '../../tools/packages';
import { runCommand } from './runCommand';

const modules = join(root, 'node_modules');
const template = '@n8n/node-cli/dist/template/templates/shared/default/eslint.config.mjs';
const read = async (file: string) => (await fs.readFile(file, 'utf8')).replace(/\s+/g, ' ').trim();

/**
 * What `n8n-node lint` does: it compares the configuration with n8n's, and calls ESLint. Files that
 * ESLint has found clean before are not read again while they stay as they are; that takes three
 * seconds in place of eighteen. A fresh clone, as in CI, knows of none.
 */
test.each(packageFolders)(
	'the strict lint of n8n-node is silent in %s',
	async (folder) => {
		const dir = join(root, folder);
		expect(await read(join(dir, 'eslint.config.mjs'))).toBe(await read(join(modules, template)));
		const cache = ['--cache', '--cache-strategy', 'content'];
		const { stdout, stderr, code } = await runCommand(
			execPath,
			[
				join(modules, 'eslint/bin/eslint.js'),
				'.',
				...[...cache, '--cache-location', join(modules, '.cache/eslint/')],
			],
			dir,
		);
		expect({ code, problems: /\d+ problems?|warning|error/i.exec(stdout + stderr)?.[0] }).toEqual({
			code: 0,
			problems: undefined,
		});
	},
	240_000,
);
