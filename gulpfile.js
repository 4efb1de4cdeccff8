const { rm } = require('node:fs/promises');
const { execFileSync } = require('node:child_process');
const { build } = require('esbuild');
const { dest, series, src } = require('gulp');
const { n8n } = require('./package.json');

/** `dist/nodes/X/X.node.js` of the manifest, as its source. */
const sourceOf = (file) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts');

const clean = () => rm('dist', { recursive: true, force: true });

/** The compiler judges, esbuild writes: one file per node and credential, with the core and the event parser in it. */
async function compile() {
	execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
	await Promise.all(
		[...n8n.nodes, ...n8n.credentials].map((file) =>
			build({
				entryPoints: [sourceOf(file)],
				outfile: file,
				bundle: true,
				platform: 'node',
				target: 'es2022',
				format: 'cjs',
				external: ['n8n-workflow'],
				legalComments: 'inline',
			}),
		),
	);
}

const icons = () => src('nodes/**/*.svg', { encoding: false }).pipe(dest('dist/nodes'));

/** Categories and search words, beside each node that has them. */
const codex = () => src(n8n.nodes.map((file) => sourceOf(file).replace(/\.ts$/, '.json')), { base: 'nodes', allowEmpty: true }).pipe(dest('dist/nodes'));

exports.build = series(clean, compile, icons, codex);
exports.default = exports.build;
