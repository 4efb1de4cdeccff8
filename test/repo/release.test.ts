import { execPath, fs, join, projectDir } from '../../simulator/platform';
import { runCommand } from './runCommand';

const workflow = async (name: string) =>
	await fs.readFile(join(projectDir, '.github/workflows', `${name}.yml`), 'utf8');

it('what stands in the manifests, the lock and the changelogs is one version, ready to be released', async () => {
	const { stdout } = await runCommand(
		execPath,
		['--print', 'JSON.stringify(require("./tools/readRelease").readRelease())'],
		projectDir,
	);
	const { packages, problems } = JSON.parse(stdout) as {
		packages: Array<{ name: string }>;
		problems: string[];
	};
	expect(packages.map(({ name }) => name)).toEqual([
		'n8n-nodes-flowscale',
		'n8n-nodes-comflowy',
		'n8n-nodes-flowai',
	]);
	expect(problems).toEqual([]);
});

it('every tag is checked on both Node versions before it is published, with provenance', async () => {
	const [checks, publish] = [await workflow('checks'), await workflow('publish')];
	expect(checks).toMatch(/node: \[20, 24\]/);
	expect(checks).toMatch(/run: npm test$/m);
	expect(publish).toMatch(/uses: \.\/\.github\/workflows\/checks\.yml/);
	expect(publish).toMatch(/needs: checks/);
	expect(publish).toMatch(/id-token: write/);
	expect(await fs.readFile(join(projectDir, 'tools/release.js'), 'utf8')).toMatch(/'--provenance'/);
});
