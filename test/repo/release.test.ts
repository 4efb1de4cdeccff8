import { execPath, fs, join, projectDir } from '../../simulator/platform';
import { readPackages } from '../../tools/packages';
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
		packages: Array<{ name: string; isPublishedHere: boolean }>;
		problems: string[];
	};
	// The siblings from repositories of their own alone, which the tag fills: never twice.
	expect(packages.map(({ name, isPublishedHere }) => [name, isPublishedHere])).toEqual(
		readPackages().map(({ name, folder }) => [name, folder === '.']),
	);
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

it('each sibling has a repository of its own, which the tag fills once the checks have passed', async () => {
	const [publish, mirror] = [await workflow('publish'), await workflow('mirror')];
	expect(publish).toMatch(
		/mirrors:\n\s+needs: checks\n\s+uses: \.\/\.github\/workflows\/mirror\.yml/,
	);
	expect(mirror).toMatch(/workflow_call:/);
	const siblings = /sibling: \[(.+)\]/.exec(mirror)?.[1].split(', ') ?? [];
	expect(siblings.map((name) => `n8n-nodes-${name}`)).toEqual(
		await fs.readdir(join(projectDir, 'packages')),
	);
	for (const name of siblings) {
		const { repository } = JSON.parse(
			await fs.readFile(join(projectDir, `packages/n8n-nodes-${name}/package.json`), 'utf8'),
		) as { repository: { url: string } };
		expect(repository.url).toMatch(new RegExp(`/n8n-nodes-${name}\\.git$`));
	}
});
