import { pauseBeforeResume } from '../../nodes/core/suspending/suspensionPace';
import { pauseByAge } from '../../nodes/core/waiting/pace';
import { dirname, fs, join, projectDir } from '../../simulator/platform';
import { anchorOf, generatedDocuments } from '../../tools/docs';
import { packageFolders } from '../../tools/packages';

const read = async (file: string) => await fs.readFile(join(projectDir, file), 'utf8');
const pages = async () =>
	(await fs.readdir(join(projectDir, 'docs'), { recursive: true }))
		.filter((file) => file.endsWith('.md'))
		.map((file) => `docs/${file}`);

it('what is generated from the nodes is up to date: npm run docs', async () => {
	const stale: string[] = [];
	for (const [file, text] of await generatedDocuments())
		if ((await read(file).catch(() => '')) !== text) stale.push(file);
	expect(stale).toEqual([]);
});

it('what waiting costs is what the pace gives', async () => {
	const text = await read('docs/waiting.md');
	const numbersIn = (row: string) =>
		new RegExp(`^\\| ${row} \\| (.+) \\|$`, 'm').exec(text)?.[1].split(' | ').map(Number);
	const count = (fromMs: number, untilMs: number, pauseOf: (ageMs: number) => number) => {
		let checks = 0;
		for (let ageMs = fromMs; ageMs < untilMs; ageMs += pauseOf(ageMs)) checks++;
		return checks;
	};
	const [minute, hour] = [60_000, 3_600_000];
	expect(numbersIn('Checks')).toEqual(
		[minute / 6, minute, 10 * minute, hour].map((untilMs) =>
			count(0, untilMs, (ageMs) => pauseByAge(ageMs, 2_000)),
		),
	);
	expect(numbersIn('Resumes')).toEqual(
		[15 * minute, hour, 6 * hour, 24 * hour].map((untilMs) =>
			count(minute, untilMs, pauseBeforeResume),
		),
	);
});

it('no link and no picture of the documents leads nowhere', async () => {
	const documents = [
		...(await pages()),
		...packageFolders.map((folder) => join(folder, 'README.md')),
		'CONTRIBUTING.md',
		'SECURITY.md',
	];
	const broken: string[] = [];
	for (const file of documents) {
		const text = (await read(file)).replace(/```[\s\S]*?```/g, '');
		const targets = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)]
			.map(([, link, source]) => link ?? source)
			.filter((target) => !/^https?:/.test(target));
		for (const target of targets) {
			const [path, anchor] = target.split('#');
			const found = await fs
				.readFile(
					path === '' ? join(projectDir, file) : join(projectDir, dirname(file), path),
					'utf8',
				)
				.catch(() => undefined);
			const anchors = (found ?? '')
				.split('\n')
				.flatMap((line) => /^#+ (.+)$/.exec(line)?.[1] ?? [])
				.map(anchorOf);
			if (found === undefined || (anchor !== undefined && !anchors.includes(anchor)))
				broken.push(`${file} → ${target}`);
		}
	}
	expect(broken).toEqual([]);
});

it('the versions that README calls tested are those that are tested', async () => {
	const [, table] = (await read('README.md')).split('## Compatibility');
	const { devDependencies } = JSON.parse(await read('package.json')) as {
		devDependencies: Record<string, string>;
	};
	const servers = await Promise.all(
		['n8n-2', 'n8n-1'].map(
			async (name) =>
				(
					JSON.parse(await read(`test/n8n/${name}/package.json`)) as {
						dependencies: { n8n: string };
					}
				).dependencies.n8n,
		),
	);
	const engines = [
		devDependencies['n8n-core'],
		devDependencies['n8n-core-1x'].replace('npm:n8n-core@', ''),
	];
	for (const version of [
		...servers.map((server) => `n8n ${server},`),
		...engines.map((engine) => `n8n-core ${engine},`),
	])
		expect(table).toContain(version);
});
