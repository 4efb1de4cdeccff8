import { dirname, execPath, fs, join, projectDir as root, tmpdir } from '../../simulator/platform';
import { packageFolders } from '../../tools/packages';
import { runCommand } from './runCommand';

const run = async (command: string, args: string[], cwd = root) =>
	await runCommand(command, args, cwd);

interface Verdict {
	passed: boolean;
	details?: string;
}

/**
 * Verdicts of n8n's scanner on folders, in a process of its own, since it is an ES module with a
 * linter inside. One process for several folders loads that linter once.
 */
async function scan(...folders: Array<[dir: string, patterns: string[]]>): Promise<Verdict[]> {
	const script = `
		import { analyzePackage } from '@n8n/scan-community-package/scanner/scanner.mjs';
		const verdicts = [];
		for (const [dir, patterns] of JSON.parse(process.argv[1])) {
			const result = await analyzePackage(dir, patterns);
			verdicts.push({ passed: result.passed, details: result.details ?? result.message });
		}
		process.stdout.write('\\n' + JSON.stringify(verdicts));`;
	const args = ['--input-type=module', '-e', script, JSON.stringify(folders)];
	const { stdout } = await run(execPath, args);
	return JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as Verdict[];
}

test('the scanner does find a forbidden import', async () => {
	const dir = await fs.mkdtemp(join(tmpdir(), 'flowscale-bad-'));
	await fs.writeFile(join(dir, 'bad.js'), "const fs = require('fs');\nsetTimeout(() => fs, 1);\n");
	expect(await scan([dir, ['**/*.js']])).toMatchObject([{ passed: false }]);
	await fs.rm(dir, { recursive: true });
}, 60_000);

/** Icons and search words, which n8n reads beside each node. */
const besideNodes = async (dir: string): Promise<string[]> =>
	(await fs.readdir(join(dir, 'nodes'), { recursive: true })).filter((file) =>
		/\.(svg|node\.json)$/.test(file),
	);

/** Every package of the repository is verified by itself. */
describe.each(packageFolders)('%s', (folder) => {
	const dir = join(root, folder);
	let unpacked: string;
	let packedFiles: string[];
	let unpackedBytes: number;

	beforeAll(async () => {
		unpacked = await fs.mkdtemp(join(tmpdir(), 'flowscale-pack-'));
		const { stdout } = await run(
			'npm',
			['pack', '--json', '--ignore-scripts', '--pack-destination', unpacked],
			dir,
		);
		const [{ filename, files, unpackedSize }] = JSON.parse(stdout) as [
			{ filename: string; files: Array<{ path: string }>; unpackedSize: number },
		];
		packedFiles = files.map(({ path }) => path);
		unpackedBytes = unpackedSize;
		await run('tar', ['-xzf', join(unpacked, filename), '-C', unpacked]);
	}, 60_000);

	afterAll(async () => await fs.rm(unpacked, { recursive: true, force: true }));

	test('the scanner that guards verification finds nothing in the source or the packed tarball', async () => {
		const verdicts = await scan(
			[dir, ['package.json', '{nodes,credentials}/**/*.{js,ts,json}']],
			[join(unpacked, 'package'), ['**/*.js', 'package.json']],
		);
		expect(verdicts).toEqual([{ passed: true }, { passed: true }]);
	}, 240_000);

	test('the tarball holds the package and nothing else', async () => {
		const beside = await besideNodes(dir);
		// Two icons and the search words of a node at least.
		expect(beside.length).toBeGreaterThanOrEqual(3);
		const allowed =
			/^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/(nodes|credentials)\/.+\.(js|json|svg))$/;
		expect(packedFiles.filter((file) => !allowed.test(file))).toEqual([]);
		expect(packedFiles).toEqual(
			expect.arrayContaining([
				'README.md',
				'LICENSE',
				'CHANGELOG.md',
				...beside.map((file) => `dist/nodes/${file}`),
			]),
		);
	});

	test('the package has at most 400 kB unpacked', () => {
		expect(unpackedBytes).toBeGreaterThan(50_000);
		expect(unpackedBytes).toBeLessThanOrEqual(400_000);
	});

	test('what is published depends on nothing but n8n-workflow as peer', async () => {
		const manifest = JSON.parse(
			await fs.readFile(join(unpacked, 'package', 'package.json'), 'utf8'),
		) as Record<string, unknown>;
		expect(manifest.dependencies ?? {}).toEqual({});
		expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
		for (const file of packedFiles.filter((name) => name.endsWith('.js'))) {
			const code = await fs.readFile(join(unpacked, 'package', file), 'utf8');
			const required = [...code.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name);
			const inPackage = required
				.filter((name) => name.startsWith('.'))
				.map((name) => join(dirname(file), name));
			expect(packedFiles).toEqual(expect.arrayContaining(inPackage));
			const outside = required.filter((name) => !name.startsWith('.'));
			expect(outside.filter((name) => !['n8n-workflow', 'crypto'].includes(name))).toEqual([]);
		}
	});

	test('what is published holds no sample items of operations, which the build alone reads', async () => {
		const code = await fs.readFile(join(unpacked, 'package', 'dist/nodes/shared.js'), 'utf8');
		expect(code).toMatch(/\baction:"[^"]*",description:/);
		expect(code).not.toMatch(/\baction:"[^"]*",description:"[^"]*",output:/);
	});

	test('what is published loads as n8n loads it: each file has its class, and all of them share one module', async () => {
		const script = `
			const { join, relative } = require('path');
			const { Script, createContext } = require('vm');
			const folder = process.argv[1];
			const context = createContext({ require });
			const { n8n } = require(join(folder, 'package.json'));
			const loaded = [...n8n.nodes, ...n8n.credentials].map((file) => {
				const path = join(folder, file);
				const [name] = file.split('/').at(-1).split('.');
				const made = new Script('new (require(' + JSON.stringify(path) + ').' + name + ')()').runInContext(context);
				const { exports, children } = require.cache[path];
				return {
					isMade: made.constructor === exports[name],
					isOnlyExport: Object.keys(exports).join() === name,
					requires: children.map((child) => relative(folder, child.filename)),
				};
			});
			process.stdout.write(JSON.stringify(loaded));`;
		const { stdout, stderr } = await runCommand(
			execPath,
			['-e', script, await fs.realpath(join(unpacked, 'package'))],
			unpacked,
			{ NODE_PATH: join(root, 'node_modules') },
		);
		expect(stderr).toBe('');
		const loaded = JSON.parse(stdout) as unknown[];
		expect(loaded.length).toBeGreaterThanOrEqual(2);
		const asOthers = { isMade: true, isOnlyExport: true, requires: ['dist/nodes/shared.js'] };
		expect(loaded).toEqual(loaded.map(() => asOthers));
	}, 60_000);
});
