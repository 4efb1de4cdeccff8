import { basename, execPath, fs, join, projectDir, tmpdir } from '../../simulator/platform';
import { packageFolders } from '../../tools/packages';
import { runCommand } from '../repo/runCommand';

const siblings = packageFolders
	.filter((folder) => folder !== '.')
	.map((folder) => basename(folder).replace('n8n-nodes-', ''));

test.each(siblings)(
	'%s stands alone when exported: its types fit and its quick tests pass',
	async (name) => {
		const dir = await fs.mkdtemp(join(tmpdir(), 'flowscale-export-'));
		await runCommand(execPath, [join(projectDir, 'tools/export.js'), name, dir], projectDir);
		await fs.symlink(join(projectDir, 'node_modules'), join(dir, 'node_modules'));
		const tsc = join(projectDir, 'node_modules/typescript/bin/tsc');
		expect(await runCommand(execPath, [tsc, '--noEmit', '-p', '.'], dir)).toMatchObject({
			code: 0,
			stdout: '',
		});
		const jest = join(projectDir, 'node_modules/jest/bin/jest.js');
		const { code, stderr } = await runCommand(
			execPath,
			// On a busy machine a test that streams 64 MB takes longer than usual.
			[jest, '--selectProjects', 'quick', '--maxWorkers=2', '--testTimeout=180000'],
			dir,
		);
		// With all that was said where it failed: the folder is gone afterwards.
		expect({ code, failed: code === 0 ? '' : stderr }).toEqual({ code: 0, failed: '' });
		await fs.rm(dir, { recursive: true, force: true });
	},
	900_000,
);
