import { join, projectDir as root } from '../../simulator/platform';
import { packageFolders } from './packageFolders';
import { runCommand } from './runCommand';

test.each(packageFolders)(
	'the strict lint of n8n-node is silent in %s',
	async (folder) => {
		const { stdout, stderr, code } = await runCommand(
			join(root, 'node_modules/.bin/n8n-node'),
			['lint'],
			join(root, folder),
		);
		expect({ code, problems: /\d+ problems?|warning|error/i.exec(stdout + stderr)?.[0] }).toEqual({
			code: 0,
			problems: undefined,
		});
	},
	240_000,
);
