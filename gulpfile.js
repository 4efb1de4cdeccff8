const { existsSync, readdirSync } = require('node:fs');
const { rm } = require('node:fs/promises');
const { execFileSync } = require('node:child_process');
const { join } = require('node:path');
const { build } = require('esbuild');
const { dest, parallel, series, src } = require('gulp');

/** The package at the top and its siblings; each lists in its own manifest what n8n loads. */
const siblings = readdirSync('packages')
	.map((name) => `packages/${name}`)
	.filter((folder) => existsSync(`${folder}/package.json`));
const manifestOf = (folder) => require(`./${folder}/package.json`).n8n;

/** `dist/nodes/X/X.node.js` of the manifest, as its source. */
const sourceOf = (file) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts');

/** The compiler judges, esbuild writes. */
async function check() {
	execFileSync(
		process.execPath,
		[require.resolve('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.build.json'],
		{ stdio: 'inherit' },
	);
}

/** One package: one file per node and credential, with the core and the event parser in it, then icons, codex and schemas beside them. */
function packageIn(folder) {
	const { nodes, credentials } = manifestOf(folder);
	const dist = join(folder, 'dist');
	const clean = () => rm(dist, { recursive: true, force: true });
	const bundle = () =>
		Promise.all(
			[...nodes, ...credentials].map((file) =>
				build({
					entryPoints: [join(folder, sourceOf(file))],
					outfile: join(folder, file),
					bundle: true,
					platform: 'node',
					target: 'es2022',
					format: 'cjs',
					external: ['n8n-workflow'],
					legalComments: 'inline',
				}),
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
	/** What each operation gives, which the editor shows before it has run for the first time. */
	const schemas = () =>
		src(`${folder}/nodes/*/__schema__/**/*.json`, {
			base: join(folder, 'nodes'),
			allowEmpty: true,
		}).pipe(dest(join(dist, 'nodes')));
	return series(clean, bundle, icons, codex, schemas);
}

exports.clean = async () =>
	await Promise.all(
		['.', ...siblings].map((folder) => rm(join(folder, 'dist'), { recursive: true, force: true })),
	);
exports.build = series(check, parallel(...['.', ...siblings].map(packageIn)));
exports.siblings = series(check, parallel(...siblings.map(packageIn)));
exports.default = exports.build;
