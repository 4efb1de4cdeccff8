/**
 * Runs every test project and ends with the one line that says how it went. Arguments are passed to
 * Jest.
 */
const { spawnSync } = require('node:child_process');
const { readFileSync, rmSync } = require('node:fs');
const { availableParallelism, tmpdir } = require('node:os');
const { join } = require('node:path');

const report = join(tmpdir(), `flowscale-tests-${process.pid}.json`);
// Most engine suites wait for runs most of their time, so more of them than cores fit side by side.
// Each takes up to a gigabyte, so there are more than twelve only where there are more cores.
const cores = availableParallelism();
const workers = Math.max(cores, Math.min(cores * 5, 12));
const jest = require.resolve('jest/bin/jest');
/** The pictures are checked when a version is released, not here. */
const USUAL = ['quick', 'repository', 'engine 2.x', 'engine 1.x'];
const given = process.argv.slice(2);
const chosen = given.includes('--selectProjects')
	? given
	: [...given, '--selectProjects', ...USUAL];
const { status } = spawnSync(
	process.execPath,
	[
		'--experimental-vm-modules',
		'--no-warnings',
		jest,
		`--maxWorkers=${workers}`,
		'--json',
		`--outputFile=${report}`,
		...chosen,
	],
	{
		cwd: join(__dirname, '..'),
		stdio: ['ignore', 'ignore', 'inherit'],
		env: { ...process.env, FORCE_COLOR: '0' },
	},
);

const { numPassedTests, numFailedTests, numFailedTestSuites, numRuntimeErrorTestSuites } =
	JSON.parse(readFileSync(report, 'utf8'));
rmSync(report);
// A suite that cannot even be loaded has no failed test to count.
const failed = numFailedTests + numRuntimeErrorTestSuites;
console.log(`${numPassedTests} passed, ${failed} failed`);
process.exitCode = status === 0 && numFailedTestSuites === 0 && numPassedTests > 0 ? 0 : 1;
