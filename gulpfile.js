/** Builds the package at the top and its siblings; each lists in its own manifest what n8n loads. */
const { readdirSync, existsSync } = require('node:fs');
const { mkdir, mkdtemp, rm, writeFile } = require('node:fs/promises');
const { execFileSync } = require('node:child_process');
const { tmpdir } = require('node:os');
const { basename, dirname, join } = require('node:path');
const { build } = require('esbuild');
const { dest, parallel, series, src } = require('gulp');

const siblings = (existsSync('packages') ? readdirSync('packages') : [])
	.map((name) => `packages/${name}`)
	.filter((folder) => existsSync(`${folder}/package.json`));
const manifestOf = (folder) => require(`./${folder}/package.json`).n8n;

/** `dist/nodes/X/X.node.js` of the manifest, as its source. */
const sourceOf = (file) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts');

/** The compiler checks, esbuild writes. */
async function check() {
	const arguments_ = [
		require.resolve('typescript/bin/tsc'),
		'--noEmit',
		'-p',
		'tsconfig.build.json',
	];
	execFileSync(process.execPath, arguments_, { stdio: 'inherit' });
}

const bundle = async (entry, outfile) =>
	await build({
		entryPoints: [entry],
		outfile,
		bundle: true,
		platform: 'node',
		target: 'es2022',
		format: 'cjs',
		external: ['n8n-workflow'],
		legalComments: 'inline',
	});

/** The operations of a node, compiled on the side: what they say of themselves is written out below. */
async function operationsOf(folder, node) {
	const entry = join(folder, 'nodes', node, 'operations', 'resources.ts');
	if (!existsSync(entry)) return [];
	const aside = await mkdtemp(join(tmpdir(), 'operations-'));
	await bundle(entry, join(aside, 'resources.js'));
	await bundle('nodes/core/shape.ts', join(aside, 'shape.js'));
	process.env.NODE_PATH = join(__dirname, 'node_modules');
	require('node:module').Module._initPaths();
	const { resources } = require(join(aside, 'resources.js'));
	const { schemaOf } = require(join(aside, 'shape.js'));
	await rm(aside, { recursive: true });
	return resources.flatMap(({ value: resource, operations }) =>
		operations.map(({ value, output }) => ({ resource, value, schema: schemaOf(output) })),
	);
}

/** One package: a file per node and credential with the core in it; icons, search words and schemas beside them. */
function packageIn(folder) {
	const { nodes, credentials } = manifestOf(folder);
	const dist = join(folder, 'dist');
	const clean = () => rm(dist, { recursive: true, force: true });
	const code = () =>
		Promise.all(
			[...nodes, ...credentials].map((file) =>
				bundle(join(folder, sourceOf(file)), join(folder, file)),
			),
		);
	const icons = () =>
		src(`${folder}/nodes/**/*.svg`, { encoding: false }).pipe(dest(join(dist, 'nodes')));
	/** Categories and search words, beside each node that has them. */
	const codex = () =>
		src(
			nodes.map((file) => join(folder, sourceOf(file).replace(/\.ts$/, '.json'))),
			{ base: join(folder, 'nodes'), allowEmpty: true },
		).pipe(dest(join(dist, 'nodes')));
	/** What each operation returns, which the editor shows before it has run for the first time. */
	const schemas = async () => {
		const names = new Set(nodes.map((file) => basename(dirname(file))));
		for (const node of names)
			for (const { resource, value, schema } of await operationsOf(folder, node)) {
				const file = join(dist, 'nodes', node, '__schema__', 'v1.0.0', resource, `${value}.json`);
				await mkdir(dirname(file), { recursive: true });
				await writeFile(file, `${JSON.stringify({ ...schema, version: 1 }, undefined, '\t')}\n`);
			}
	};
	return series(clean, code, parallel(icons, codex, schemas));
}

exports.clean = async () =>
	await Promise.all(
		['.', ...siblings].map((folder) => rm(join(folder, 'dist'), { recursive: true, force: true })),
	);
exports.build = series(check, parallel(...['.', ...siblings].map(packageIn)));
// An exported package has none.
if (siblings.length > 0) exports.siblings = series(check, parallel(...siblings.map(packageIn)));
exports.default = exports.build;
