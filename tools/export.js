/**
 * Writes a sibling package as a repository that stands alone: `npm run export -- comflowy|flowai DIR`. It has a copy of the core
 * with a note of its origin, the package's tests, simulator and demo, and the files that a repository needs. `--mirror NAME` in
 * place of it prints the repository that the export is pushed to.
 */
const { execFileSync } = require('node:child_process');
const {
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	writeFileSync,
} = require('node:fs');
const { dirname, join, relative, resolve } = require('node:path');

const root = join(__dirname, '..');
/** The one place that names the repositories which the exports are pushed to. */
const SIBLINGS = {
	comflowy: {
		mirror: 'n8n-nodes-flowscale/n8n-nodes-comflowy',
		folder: 'Comflowy',
		provider: 'comflowy',
		use: 'useComflowyProvider',
		title: 'Comflowy',
	},
	flowai: {
		mirror: 'n8n-nodes-flowscale/n8n-nodes-flowai',
		folder: 'FlowAi',
		provider: 'flowAi',
		use: 'useFlowAIProvider',
		title: 'FlowAI',
	},
};
/** Files of the repository itself that an export takes as they are. */
const SHARED = [
	'.editorconfig',
	'.gitignore',
	'.npmrc',
	'.nvmrc',
	'.prettierignore',
	'.prettierrc.js',
	'eslint.config.mjs',
	'gulpfile.js',
	'jest.config.js',
	'tsconfig.json',
	'tsconfig.build.json',
	'tools/ensureInstalled.js',
	'tools/runTests.js',
	'test/harness/unrefIntervals.js',
	'.github/dependabot.yml',
	'.github/workflows/checks.yml',
];
const IMPORT = /((?:from|import|require\(|import\()\s*)'(\.[^']*)'/g;

const read = (file) => readFileSync(join(root, file), 'utf8');
const isFile = (file) => existsSync(join(root, file)) && statSync(join(root, file)).isFile();
const filesIn = (folder) =>
	existsSync(join(root, folder))
		? readdirSync(join(root, folder), { recursive: true })
				.map((name) => join(folder, name))
				.filter((file) => isFile(file) && !/(^|\/)(dist|node_modules)\//.test(file))
		: [];

/** The file that an import leads to, from the top of this repository. */
function targetOf(file, specifier) {
	const path = join(dirname(file), specifier);
	const found = [`${path}.ts`, path].find(isFile);
	if (found === undefined) throw new Error(`${file} imports ${specifier}, which is no file`);
	return found;
}

const importsOf = (file) =>
	/\.ts$/.test(file)
		? [...read(file).matchAll(IMPORT)].map(([, , specifier]) => targetOf(file, specifier))
		: [];

/** These files and all that they import. */
function closureOf(files) {
	const seen = new Set();
	const visit = (file) => {
		if (seen.has(file)) return;
		seen.add(file);
		importsOf(file).forEach(visit);
	};
	files.forEach(visit);
	return [...seen];
}

/** Core tests that reach no service, the package's tests, and the promises that every service keeps. */
function testsOf({ folder }, isForeign) {
	const core = filesIn('test/core').filter((file) => /\.test\.ts$/.test(file));
	const engine = `test/engine/${folder[0].toLowerCase()}${folder.slice(1)}`;
	return [
		...core.filter((file) => !closureOf([file]).some(isForeign)),
		...filesIn(`test/${folder}`),
		...filesIn(engine),
	];
}

/** The text of a file whose imports lead to where the files are in the export. */
function moved(file, placeOf) {
	const place = placeOf(file);
	return read(file).replace(IMPORT, (_, before, specifier) => {
		const target = relative(dirname(place), placeOf(targetOf(file, specifier))).replace(
			/\.ts$/,
			'',
		);
		return `${before}'${target.startsWith('.') ? target : `./${target}`}'`;
	});
}

function manifestOf(packageDir, { mirror }) {
	const own = JSON.parse(read(`${packageDir}/package.json`));
	const url = `https://github.com/${mirror}`;
	const task = (name) => [name, `node tools/run.js ${name}`];
	return {
		...own,
		homepage: `${url}#readme`,
		repository: { type: 'git', url: `git+${url}.git` },
		bugs: { url: `${url}/issues` },
		publishConfig: { provenance: true },
		scripts: {
			...Object.fromEntries(['build', 'test', 'test:quick', 'demo'].map(task)),
			lint: 'n8n-node lint',
			prepublishOnly: 'n8n-node prerelease',
		},
		devDependencies: JSON.parse(read('package.json')).devDependencies,
	};
}

/** The lock of this repository: the development dependencies are the same. */
function lockOf({ name, version, license, engines, devDependencies, peerDependencies }) {
	const lock = JSON.parse(read('package-lock.json'));
	lock.packages[''] = { name, version, license, devDependencies, engines, peerDependencies };
	return { ...lock, name, version };
}

/** The tasks of an export are some of this repository's. */
const tasks = () =>
	read('tools/run.js')
		.replace(
			/const TASKS = \{[\s\S]*?\n\};/,
			`const TASKS = {
	build: { command: [bin('gulp'), 'build'] },
	test: { needs: ['build'], command: ['node', join(root, 'tools/runTests.js')] },
	'test:quick': { command: ['node', join(root, 'tools/runTests.js'), '--selectProjects', 'quick'] },
	demo: { needs: ['build'], command: tsx('demo/demo.ts') },
};`,
		)
		.replace(/\nconst SERVERS = .*\n/, '')
		.replace(/^if \(needs\.includes\('servers'\)\).*\n/m, '')
		.replace(/\/\*\* `needs`:.*\n/, '/** `needs`: `build` for the compiled package. */\n');

const origin = (commit) => `# Where the core comes from

\`nodes/core\`, \`simulator\` and \`test\` are copies from https://github.com/n8n-nodes-flowscale/n8n-nodes-flowscale
at commit ${commit}, written there by \`npm run export\`. Changes are made there.
`;

const publishing = `# Publishes the package when a tag like v1.0.0 arrives, with npm's provenance: n8n verifies no other packages.
# npm must know this repository and workflow: package, Settings, Trusted Publisher. The first version needs the secret NPM_TOKEN.
name: Publish

on:
  push:
    tags: ['v*.*.*']

permissions:
  contents: read

jobs:
  checks:
    uses: ./.github/workflows/checks.yml

  publish:
    needs: checks
    runs-on: ubuntu-latest
    timeout-minutes: 20
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
      - run: npm run build
      - run: |
          registry="$(npm config get registry)"
          if [ -n "$NPM_TOKEN" ]; then npm config set "\${registry#https:}:_authToken" "$NPM_TOKEN"; fi
          npm publish --access public --provenance
        env:
          RELEASE_MODE: 'true'
          NPM_TOKEN: \${{ secrets.NPM_TOKEN }}
`;

const providers = ({ provider, use, title }) => `import type { OpenProvider } from './provider';
import { ${use} } from './providers/${provider}';

/** The service of this repository. */
export const useProviders = (): Record<string, OpenProvider> => ({ ${title}: ${use}() });
`;

function exportTo(name, target) {
	const sibling = SIBLINGS[name];
	const packageDir = `packages/n8n-nodes-${name}`;
	const placeOf = (file) =>
		file.startsWith(`${packageDir}/`) ? file.slice(packageDir.length + 1) : file;
	const isForeign = (file) =>
		file.startsWith('nodes/Flowscale/') ||
		file.startsWith('packages/') ||
		file.startsWith('credentials/');
	const write = (file, text) => {
		mkdirSync(dirname(join(target, file)), { recursive: true });
		writeFileSync(join(target, file), text);
	};
	const sources = [
		...filesIn(packageDir).filter((file) => /\.ts$/.test(file)),
		...filesIn('nodes/core'),
	];
	const tests = testsOf(sibling, isForeign);
	const contract = closureOf([
		'test/contract/provider.ts',
		`test/contract/providers/${sibling.provider}.ts`,
	]);
	for (const file of new Set([...closureOf([...sources, ...tests]), ...contract]))
		if (file !== 'package.json' && /\.ts$/.test(file)) write(placeOf(file), moved(file, placeOf));
	write('test/contract/promises.test.ts', read('test/contract/promises.test.ts'));
	write('test/contract/providers.ts', providers(sibling));
	for (const file of filesIn(packageDir).filter((other) => !/\.ts$|package\.json$/.test(other)))
		cpSync(join(root, file), join(target, placeOf(file)));
	for (const file of SHARED.filter(isFile)) write(file, read(file));
	const manifest = manifestOf(packageDir, sibling);
	write('package.json', `${JSON.stringify(manifest, undefined, '\t')}\n`);
	write('package-lock.json', `${JSON.stringify(lockOf(manifest), undefined, '\t')}\n`);
	write('tools/run.js', tasks());
	write('.github/workflows/publish.yml', publishing);
	write(
		'nodes/core/ORIGIN.md',
		origin(execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()),
	);
}

const [first, second] = process.argv.slice(2);
if (first === '--mirror' && SIBLINGS[second]) console.log(SIBLINGS[second].mirror);
else if (SIBLINGS[first] && second !== undefined) {
	exportTo(first, resolve(second));
	console.log(`${first} stands alone in ${resolve(second)}: npm test, npm run demo`);
} else {
	console.error('npm run export -- comflowy|flowai DIR');
	process.exit(2);
}
