/**
 * Runs one of the tasks below: `node tools/run.js <task> [arguments]`. It installs what is missing and builds first where the task needs it,
 * so that each command of package.json works on a fresh clone, and with npm's `ignore-scripts`, which switches pre-hooks off.
 */
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');
const { ensureInstalled } = require('./ensureInstalled');

const root = join(__dirname, '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const tsx = (file, ...args) => [bin('tsx'), join(root, file), ...args];

/** `needs`: `build` for the compiled packages, `servers` for what the suite on real n8n servers installs beside them. */
const TASKS = {
	build: { command: [bin('gulp'), 'build'] },
	test: { needs: ['build'], command: ['node', join(root, 'tools/runTests.js')] },
	'test:quick': { command: ['node', join(root, 'tools/runTests.js'), '--selectProjects', 'quick'] },
	docs: { command: tsx('tools/writeDocs.ts') },
	export: { command: ['node', join(root, 'tools/export.js')] },
	demo: { needs: ['build'], command: tsx('demo/demo.ts') },
	simulator: { command: tsx('simulator/cli.ts') },
	'release:packages': { needs: ['build'], command: ['node', join(root, 'tools/release.js')] },
	'test:hostile': { command: tsx('test/hostile/runHostile.ts') },
	'test:load': { needs: ['build'], command: tsx('test/load/runLoad.ts') },
	'test:faults': { needs: ['build'], command: tsx('test/faults/runFaults.ts') },
	'test:settings': {
		needs: ['build'],
		command: [
			...['node', join(root, 'tools/runTests.js'), '--selectProjects', 'engine 2.x', 'engine 1.x'],
			...['--testPathPatterns', 'engine/settings'],
		],
		env: { SETTINGS: 'all' },
	},
	'test:fuzz': { command: tsx('test/fuzz/runFuzz.ts', '100000') },
	'test:simulate': { command: tsx('test/simulation/run.ts') },
	'test:simulate:engine': { needs: ['build'], command: tsx('test/simulation/engine/run.ts') },
	'test:mutants:engine': {
		needs: ['build'],
		command: tsx('test/simulation/engine/huntMutants.ts'),
	},
	'test:mutants': { command: tsx('test/simulation/huntMutants.ts') },
	bench: {
		needs: ['build'],
		command: tsx('benchmarks/bench.ts'),
		// Rows over TLS use the simulator's certificate, and Node reads such a list only as it starts.
		env: { NODE_EXTRA_CA_CERTS: join(root, 'simulator/selfSigned.pem') },
	},
	'bench:n8n': { needs: ['build', 'servers'], command: tsx('test/n8n/throughput.ts') },
	'test:n8n': { needs: ['build', 'servers'], command: tsx('test/n8n/suite.ts') },
	n8n: { needs: ['build', 'servers'], command: tsx('test/n8n/open.ts') },
	dev: { needs: ['build', 'servers'], command: tsx('test/n8n/open.ts', '--dev') },
	soak: {
		needs: ['build'],
		command: ['node', '--expose-gc', '--import', 'tsx', join(root, 'test/faults/soak.ts')],
	},
	'soak:n8n': { needs: ['build', 'servers'], command: tsx('test/n8n/soak.ts') },
};

const SERVERS = ['npm', 'ci', '--prefix', join(root, 'test/n8n'), '--loglevel=error'];

function run([command, ...args], options = {}) {
	const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
	if (status !== 0) process.exit(status ?? 1);
}

const [called, ...given] = process.argv.slice(2);
// `test:simulate engine …` is the task `test:simulate:engine`.
const hasPart = `${called}:${given[0]}` in TASKS;
const name = hasPart ? `${called}:${given[0]}` : called;
const args = hasPart ? given.slice(1) : given;
const task = TASKS[name];
if (task === undefined) {
	console.error(`There is no task "${name}". It is one of these: ${Object.keys(TASKS).join(', ')}`);
	process.exit(2);
}
ensureInstalled();
const needs = task.needs ?? [];
if (needs.includes('build')) run(TASKS.build.command, { stdio: ['ignore', 'ignore', 'inherit'] });
if (needs.includes('servers')) run(SERVERS);
run([...task.command, ...args], { env: { ...process.env, ...task.env } });
