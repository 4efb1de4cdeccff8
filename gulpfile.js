/** Builds the package at the top and its siblings; each lists in its own manifest what n8n loads. */
const { readdirSync, existsSync } = require('node:fs');
const { mkdir, mkdtemp, readFile, rm, writeFile } = require('node:fs/promises');
const { execFileSync } = require('node:child_process');
const { tmpdir } = require('node:os');
const { basename, dirname, join, posix } = require('node:path');
const { build } = require('esbuild');
const { dest, parallel, series, src } = require('gulp');
const { createSourceFile, forEachChild, isClassLike, ScriptTarget } = require('typescript');

const siblings = (existsSync('packages') ? readdirSync('packages') : [])
	.map((name) => `packages/${name}`)
	.filter((folder) => existsSync(`${folder}/package.json`));
const manifestOf = (folder) => require(`./${folder}/package.json`).n8n;

/** `dist/nodes/X/X.node.js` of the manifest, as its source. */
const sourceOf = (file) => file.replace(/^dist\//, '').replace(/\.js$/, '.ts');

async function write(file, text) {
	await mkdir(dirname(file), { recursive: true });
	await writeFile(file, text);
}

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

/** @returns the text that esbuild writes */
async function bundle(options) {
	const { outputFiles } = await build({
		bundle: true,
		write: false,
		platform: 'node',
		target: 'es2022',
		format: 'cjs',
		external: ['n8n-workflow'],
		legalComments: 'inline',
		...options,
	});
	return outputFiles[0].text;
}

/** What all files of a package share, in its `dist`. No ending by which n8n would take it for a node. */
const SHARED = 'nodes/shared.js';

/**
 * Leaves out what operations say of the items that they return (`output`). The build writes it into `__schema__`, and no
 * code reads it when the node runs.
 */
const withoutShapes = {
	name: 'withoutShapes',
	setup: ({ onLoad }) =>
		onLoad({ filter: /[\\/]operations[\\/]\w+\.ts$/ }, async ({ path }) => ({
			contents: withoutOutput(await readFile(path, 'utf8')),
			loader: 'ts',
		})),
};

/** The code of an operation without its property `output`. */
function withoutOutput(code) {
	const ranges = [];
	const visit = (node) => {
		const property = (wanted) => node.properties?.find(({ name }) => name?.text === wanted);
		// Other objects may have such a property, too, but no `action`.
		if (property('action') && property('output')) ranges.push(property('output'));
		forEachChild(node, visit);
	};
	visit(createSourceFile('operation.ts', code, ScriptTarget.ES2022));
	return ranges.reduceRight(
		(text, { pos, end }) => text.slice(0, pos) + text.slice(end).replace(/^,/, ''),
		code,
	);
}

/** All nodes and credentials of a package with the core, once: without comments and spaces, with all names. */
const sharedOf = async (folder, files) =>
	inLines(
		await bundle({
			stdin: {
				contents: files.map((file) => `export * from './${sourceOf(file)}';`).join('\n'),
				resolveDir: folder,
				loader: 'ts',
				sourcefile: 'shared.ts',
			},
			banner: { js: '"use strict";' },
			minifyWhitespace: true,
			plugins: [withoutShapes],
		}),
	);

/**
 * A line for each statement and class member, indented: for those who read the published code, and for line numbers in stack
 * traces. Strings stay whole, which esbuild's `lineLimit` breaks.
 */
function inLines(code) {
	const source = createSourceFile('shared.js', code, ScriptTarget.ES2022);
	const lines = [];
	const visit = (node, depth) => {
		const list = node.statements ?? node.clauses ?? (isClassLike(node) ? node.members : undefined);
		const inner = list === undefined || node === source ? depth : depth + 1;
		for (const { pos } of list ?? []) lines.push({ pos, indent: '\t'.repeat(inner) });
		forEachChild(node, (child) => visit(child, inner));
	};
	visit(source, 0);
	lines.sort((a, b) => a.pos - b.pos);
	const textOf = ({ pos, indent }, index) => `${indent}${code.slice(pos, lines[index + 1]?.pos)}`;
	return lines.map(textOf).join('\n');
}

/** What n8n loads: a class of the shared file, under the name of the file. */
function entryOf(file) {
	const [name] = basename(file).split('.');
	const path = posix.relative(posix.dirname(file), `dist/${SHARED}`);
	return `"use strict";\nexports.${name} = require("${path}").${name};\n`;
}

/** The operations of a node, compiled on the side: what they say of themselves is written out below. */
async function operationsOf(folder, node) {
	const entry = join(folder, 'nodes', node, 'operations', 'resources.ts');
	if (!existsSync(entry)) return [];
	const aside = await mkdtemp(join(tmpdir(), 'operations-'));
	const compile = async (file, name) =>
		await write(join(aside, name), await bundle({ entryPoints: [file] }));
	await compile(entry, 'resources.js');
	await compile('nodes/core/shape.ts', 'shape.js');
	process.env.NODE_PATH = join(__dirname, 'node_modules');
	require('node:module').Module._initPaths();
	const { resources } = require(join(aside, 'resources.js'));
	const { schemaOf } = require(join(aside, 'shape.js'));
	await rm(aside, { recursive: true });
	return resources.flatMap(({ value: resource, operations }) =>
		operations.map(({ value, output }) => ({ resource, value, schema: schemaOf(output) })),
	);
}

/** One package: a file per node and credential, and one with what they share; icons, search words and schemas beside them. */
function packageIn(folder) {
	const { nodes, credentials } = manifestOf(folder);
	const dist = join(folder, 'dist');
	const clean = () => rm(dist, { recursive: true, force: true });
	const code = async () => {
		const files = [...nodes, ...credentials];
		await write(join(dist, SHARED), await sharedOf(folder, files));
		for (const file of files) await write(join(folder, file), entryOf(file));
	};
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
				await write(file, `${JSON.stringify({ ...schema, version: 1 })}\n`);
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
