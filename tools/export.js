/**
 * Writes a sibling package as a repository that stands alone: `npm run export -- comflowy DIR`. It has a copy of the core
 * with a note of its origin, the package's tests, examples, simulator and demo, and the files that a repository needs.
 * `tools/mirror.js` pushes it to the sibling's repository, which `repository` in the package's own manifest names.
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
const read = (file) => readFileSync(join(root, file), 'utf8');
const packageDirOf = (name) => `packages/n8n-nodes-${name}`;

/** A sibling by its folder and manifest: its title, and the names of its folders and values, which follow from each other. */
function siblingOf(name) {
	const { n8n } = JSON.parse(read(`${packageDirOf(name)}/package.json`));
	const source = n8n.nodes[0].replace(/^dist\//, '').replace(/\.js$/, '.ts');
	const [, title] = /displayName: '([^']+)'/.exec(read(`${packageDirOf(name)}/${source}`));
	const folder = source.split('/')[1];
	const provider = folder[0].toLowerCase() + folder.slice(1);
	return {
		title,
		folder,
		provider,
		useProvider: `use${folder}Provider`,
		simulator: { file: `./${name}/${provider}Simulator`, name: `${provider}Simulator` },
	};
}

/** By the word for each on the command line. */
const SIBLINGS = Object.fromEntries(
	readdirSync(join(root, 'packages'))
		.map((folder) => folder.replace('n8n-nodes-', ''))
		.map((name) => [name, siblingOf(name)]),
);

/** Files of the repository itself that an export takes as they are. */
const SHARED = [
	'.editorconfig',
	'CODE_OF_CONDUCT.md',
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
	'tools/sharedEnvironment.js',
	'tools/sharedRuntime.js',
	'tools/testOrder.js',
	'test/harness/unrefIntervals.js',
	'.github/dependabot.yml',
];
const IMPORT = /((?:from|import|require\(|import\()\s*)'(\.[^']*)'/g;

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

/** Core tests that reach no service, the package's tests and examples, and what n8n's lint and scanner say. */
function testsOf({ folder, provider }, isForeign) {
	const core = filesIn('test/core').filter((file) => /\.test\.ts$/.test(file));
	return [
		...core.filter((file) => !closureOf([file]).some(isForeign)),
		...filesIn(`test/${folder}`),
		...filesIn(`test/engine/${provider}`),
		`test/engine/examples/${provider}Example.test.ts`,
		'test/repo/verification.test.ts',
		'test/repo/lint.test.ts',
	];
}

/** Workflows with a node of the package. */
const examplesOf = (packageDir) =>
	filesIn('examples').filter((file) => read(file).includes(`"${packageDir.split('/').at(-1)}.`));

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

function manifestOf(packageDir) {
	const { scripts, ...own } = JSON.parse(read(`${packageDir}/package.json`));
	const task = (name) => [name, `node tools/run.js ${name}`];
	return {
		...own,
		publishConfig: { provenance: true },
		scripts: {
			...Object.fromEntries(Object.keys(TASKS).map(task)),
			lint: scripts.lint,
			'lint:fix': 'n8n-node lint --fix && prettier --write .',
			prepublishOnly: scripts.prepublishOnly,
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

/** The tasks of an export, as `tools/run.js` has them. */
const TASKS = {
	build: `{ command: [bin('gulp'), 'build'] }`,
	test: `{ needs: ['build'], command: ['node', join(root, 'tools/runTests.js')] }`,
	'test:quick': `{ command: ['node', join(root, 'tools/runTests.js'), '--selectProjects', 'quick'] }`,
	demo: `{ needs: ['build'], command: tsx('demo/demo.ts') }`,
	simulator: `{ command: tsx('simulator/cli.ts') }`,
};
const quoted = (name) => (/^\w+$/.test(name) ? name : `'${name}'`);
const tasks = () =>
	read('tools/run.js')
		.replace(
			/const TASKS = \{[\s\S]*?\n\};/,
			`const TASKS = {\n${Object.entries(TASKS)
				.map(([name, task]) => `\t${quoted(name)}: ${task},\n`)
				.join('')}};`,
		)
		.replace(/\nconst SERVERS = .*\n/, '')
		.replace(/^if \(needs\.includes\('servers'\)\).*\n/m, '')
		.replace(/\/\*\* `needs`:.*\n/, '/** `needs`: `build` for the compiled package. */\n');

const HOME = 'https://github.com/n8n-nodes-flowscale/n8n-nodes-flowscale';
const origin = (commit) => `# Where the core comes from

\`nodes/core\`, \`simulator\`, \`test\` and \`tools\` are copies from ${HOME}
at commit ${commit}, written there by \`npm run export\`. Changes are made there.
`;

const contributing = ({ title }, { name }) => `# Contributing

This repository is written by a tool: ${name} is developed in [${HOME.split('/').at(-1)}](${HOME}), beside the packages that it shares its core with.
Please report faults and propose changes there. [nodes/core/ORIGIN.md](nodes/core/ORIGIN.md) says from which commit this copy comes.

You need Node.js 20 (20.19 or newer), 22 or 24. Every command installs what is missing.

| Command | What it does |
| --- | --- |
| \`npm test\` | Everything: core and services, the built package on n8n’s real engine (2.x and 1.x), n8n’s strict lint, and n8n’s own package scanner |
| \`npm run test:quick\` | Core and services, without a build or an engine |
| \`npm run demo\` | The workflows of \`examples/\` on n8n’s engine, with a simulated ${title} |
| \`npm run simulator\` | A simulated ${title} to paste into n8n |
| \`npm run build\` | Compiles into \`dist/\` |
| \`npm run lint\` | n8n’s strict lint |
`;

const publishing = `# Publishes the package when a tag like v1.0.0 arrives, with npm's provenance: n8n verifies no other packages.
# The tag comes from ${HOME.slice(8)}, whose mirror.yml pushes this repository.
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
          case "$GITHUB_REF_NAME" in *-*) channel=next ;; *) channel=latest ;; esac
          npm publish --access public --provenance --tag "$channel"
        env:
          RELEASE_MODE: 'true'
          NPM_TOKEN: \${{ secrets.NPM_TOKEN }}
`;

const providers = ({
	provider,
	useProvider,
	title,
}) => `import type { OpenProvider } from './provider';
import { ${useProvider} } from './providers/${provider}';

/** The service of this repository. */
export const useProviders = (): Record<string, OpenProvider> => ({ ${title}: ${useProvider}() });
`;

const simulatorCli = ({ simulator: { file, name } }) => `import { ${name} } from '${file}';
import { argv, exit, stderr } from './platform';
import { runSibling } from './sibling';

runSibling(${name}, argv).catch((error: Error) => {
	stderr.write(\`\${error.message}\\n\`);
	exit(1);
});
`;

/** What is written for an export and stands in no file of this repository. */
const written = (sibling, manifest) => ({
	'package.json': `${JSON.stringify(manifest, undefined, '\t')}\n`,
	'package-lock.json': `${JSON.stringify(lockOf(manifest), undefined, '\t')}\n`,
	'CONTRIBUTING.md': contributing(sibling, manifest),
	'.github/workflows/checks.yml': read('.github/workflows/checks.yml').replace(
		'# By publish.yml, before anything leaves the house.',
		'# By publish.yml, before anything is published.',
	),
	'.github/workflows/publish.yml': publishing,
	'nodes/core/ORIGIN.md': origin(
		execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
	),
	'simulator/cli.ts': simulatorCli(sibling),
	'test/contract/promises.test.ts': read('test/contract/promises.test.ts'),
	'test/contract/providers.ts': providers(sibling),
	'tools/run.js': tasks(),
});

/** @param name `comflowy` or `flowai` */
function exportTo(name, target) {
	const sibling = SIBLINGS[name];
	const packageDir = packageDirOf(name);
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
	const sources = closureOf([
		...filesIn(packageDir).filter((file) => /\.ts$/.test(file)),
		...filesIn('nodes/core'),
		...testsOf(sibling, isForeign),
		'test/contract/provider.ts',
		`test/contract/providers/${sibling.provider}.ts`,
		join('simulator', `${sibling.simulator.file}.ts`),
	]).filter((file) => /\.ts$/.test(file));
	for (const file of sources) write(placeOf(file), moved(file, placeOf));
	for (const file of filesIn(packageDir).filter((other) => !/\.ts$|package\.json$/.test(other)))
		cpSync(join(root, file), join(target, placeOf(file)));
	for (const file of [...SHARED.filter(isFile), ...examplesOf(packageDir)]) write(file, read(file));
	const files = written(sibling, manifestOf(packageDir));
	for (const [file, text] of Object.entries(files)) write(file, text);
}

/** The sibling's repository, as its manifest names it. */
const mirrorOf = (name) =>
	JSON.parse(read(`${packageDirOf(name)}/package.json`)).repository.url.replace(/^git\+/, '');

module.exports = { SIBLINGS, exportTo, mirrorOf };

if (require.main === module) {
	const [name, target] = process.argv.slice(2);
	if (!Object.hasOwn(SIBLINGS, name ?? '') || target === undefined) {
		console.error(`npm run export -- ${Object.keys(SIBLINGS).join('|')} DIR`);
		process.exit(2);
	}
	exportTo(name, resolve(target));
	console.log(`${name} stands alone in ${resolve(target)}: npm test, npm run demo`);
}
