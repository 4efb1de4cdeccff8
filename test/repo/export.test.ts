import {
	type AddressInfo,
	createServer,
	dirname,
	execPath,
	fs,
	join,
	once,
	projectDir,
	tmpdir,
} from '../../simulator/platform';
import { runCommand } from './runCommand';

const exporter = join(projectDir, 'tools/export.js');
const git = async (dir: string, ...args: string[]) => {
	const { code, stdout, stderr } = await runCommand('git', ['-C', dir, ...args], projectDir);
	if (code !== 0) throw new Error(stderr);
	return stdout.trim();
};
const filesIn = async (dir: string) =>
	(await fs.readdir(dir, { recursive: true, withFileTypes: true }))
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1));
const exists = async (file: string) =>
	await fs.stat(file).then(
		(found) => found.isFile(),
		() => false,
	);

let dir: string;
beforeEach(async () => {
	dir = await fs.mkdtemp(join(tmpdir(), 'flowscale-export-'));
});
afterEach(async () => await fs.rm(dir, { recursive: true, force: true }));

describe.each([
	['comflowy', 'comflowy-callback.json', /flowscale\/|flowai/i],
	['flowai', 'flowai-streaming-chat.json', /flowscale\/|comflowy/i],
])('%s, exported', (name, example, foreign) => {
	beforeEach(async () => {
		const { code } = await runCommand(execPath, [exporter, name, dir], projectDir);
		expect(code).toBe(0);
	}, 60_000);

	it('has every file that it imports, and none of another service', async () => {
		const files = await filesIn(dir);
		expect(files.length).toBeGreaterThan(200);
		expect(files.filter((file) => foreign.test(`${file}/`))).toEqual([]);
		const missing: string[] = [];
		for (const file of files.filter((one) => one.endsWith('.ts'))) {
			const text = await fs.readFile(join(dir, file), 'utf8');
			for (const [, target] of text.matchAll(/(?:from|import|require\(|import\()\s*'(\.[^']*)'/g)) {
				const path = join(dir, dirname(file), target);
				const isThere = (await exists(`${path}.ts`)) || (await exists(path));
				if (!isThere) missing.push(`${file} → ${target}`);
			}
		}
		expect(missing).toEqual([]);
	});

	it('is a package at the top of its repository, with documents, example, workflows and the origin of its core', async () => {
		const { repository, bugs, scripts } = JSON.parse(
			await fs.readFile(join(dir, 'package.json'), 'utf8'),
		) as { repository: object; bugs: object; scripts: Record<string, string> };
		expect(repository).toEqual({
			type: 'git',
			url: `git+https://github.com/n8n-nodes-flowscale/n8n-nodes-${name}.git`,
		});
		expect(bugs).toEqual({
			url: 'https://github.com/n8n-nodes-flowscale/n8n-nodes-flowscale/issues',
		});
		expect(Object.keys(scripts)).toEqual(
			expect.arrayContaining(['build', 'test', 'test:quick', 'demo', 'simulator', 'lint']),
		);
		expect(await filesIn(join(dir, 'examples'))).toEqual([example]);
		expect(await filesIn(join(dir, '.github', 'workflows'))).toEqual(
			expect.arrayContaining(['checks.yml', 'publish.yml']),
		);
		for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'CONTRIBUTING.md'])
			expect((await fs.readFile(join(dir, file), 'utf8')).length).toBeGreaterThan(200);
		expect(await fs.readFile(join(dir, 'nodes/core/ORIGIN.md'), 'utf8')).toContain(
			`at commit ${await git(projectDir, 'rev-parse', 'HEAD')}`,
		);
	});

	it('links to nothing that is not there', async () => {
		const broken: string[] = [];
		for (const file of (await filesIn(dir)).filter((one) => one.endsWith('.md'))) {
			const text = await fs.readFile(join(dir, file), 'utf8');
			for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
				const [path] = target.split('#');
				const isElsewhere = /^https?:/.test(target) || path === '';
				if (!isElsewhere && !(await exists(join(dir, dirname(file), path))))
					broken.push(`${file} → ${target}`);
			}
		}
		expect(broken).toEqual([]);
	});
});

/** The command of mirror.yml, with a folder in the place of the mirror on GitHub. */
async function pushByWorkflow(sibling: string, tag: string, mirror: string) {
	const workflow = await fs.readFile(join(projectDir, '.github/workflows/mirror.yml'), 'utf8');
	const command = /- run: (.*)/.exec(workflow)?.[1].replace('${{ matrix.sibling }}', sibling) ?? '';
	return await runCommand('bash', ['-ec', command], projectDir, {
		GITHUB_REF_NAME: tag,
		MIRROR_TOKEN: 'secret-token',
		GIT_CONFIG_COUNT: '1',
		GIT_CONFIG_KEY_0: `url.${mirror}.insteadOf`,
		GIT_CONFIG_VALUE_0: `https://github.com/n8n-nodes-flowscale/n8n-nodes-${sibling}.git`,
	});
}

it('each tag is pushed to the mirror once, and a later one replaces what was there', async () => {
	await git(tmpdir(), 'init', '--quiet', '--bare', dir);
	const push = async (tag: string) => await pushByWorkflow('flowai', tag, dir);
	expect(await push('v1.0.0')).toMatchObject({ code: 0, stdout: 'v1.0.0 of flowai is pushed\n' });
	const first = await git(dir, 'rev-parse', 'v1.0.0^{commit}');
	expect(await push('v1.0.0')).toMatchObject({
		code: 0,
		stdout: 'v1.0.0 of flowai is there already\n',
	});
	expect(await git(dir, 'rev-parse', 'main')).toBe(first);

	// Somebody's file in the mirror does not outlive the next version.
	const clone = join(dir, 'clone');
	await git(dir, 'clone', '--quiet', '--branch', 'main', dir, clone);
	await fs.writeFile(join(clone, 'stray.txt'), 'stray');
	await git(clone, 'add', '--all');
	const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
	await git(clone, ...who, 'commit', '--quiet', '--message', 'stray');
	await git(clone, 'push', '--quiet', 'origin', 'HEAD:main');
	expect(await push('v1.0.1')).toMatchObject({ code: 0, stdout: 'v1.0.1 of flowai is pushed\n' });
	const tracked = (await git(dir, 'ls-tree', '-r', '--name-only', 'v1.0.1')).split('\n');
	expect(tracked).toEqual(expect.arrayContaining(['package.json', 'nodes/core/ORIGIN.md']));
	expect(tracked).not.toContain('stray.txt');
	expect(await git(dir, 'rev-list', '--count', 'main')).toBe('3');
	expect(await push('latest')).toMatchObject({ code: 2 });
}, 120_000);

it('the mirror’s token goes to the mirror alone, and is not in the message of a failure', async () => {
	const received: Array<string | undefined> = [];
	const server = createServer(({ headers }, response) => {
		received.push(headers.authorization);
		response.writeHead(404).end();
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	try {
		const { port } = server.address() as AddressInfo;
		const args = ['comflowy', 'v1.0.0', `http://127.0.0.1:${port}/mirror.git`];
		const { code, stdout, stderr } = await runCommand(
			execPath,
			[join(projectDir, 'tools/mirror.js'), ...args],
			projectDir,
			{ MIRROR_TOKEN: 'secret-token' },
		);
		const credentials = Buffer.from('x-access-token:secret-token').toString('base64');
		expect(received[0]).toBe(`Basic ${credentials}`);
		expect(code).not.toBe(0);
		expect(stderr).toContain(`127.0.0.1:${port}`);
		expect(stdout + stderr).not.toMatch(new RegExp(`secret-token|${credentials}`));
	} finally {
		server.close();
	}
}, 60_000);
