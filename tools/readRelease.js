/**
 * What would be released: the version, its packages, and the problems that prevent it.
 * `isPublishedHere`: the siblings are published from repositories of their own, which
 * tools/mirror.js pushes.
 */
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const jsonOf = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

function readRelease() {
	const siblings = readdirSync(join(root, 'packages')).map((name) => join('packages', name));
	const folders = [
		'.',
		...siblings.filter((folder) => existsSync(join(root, folder, 'package.json'))),
	];
	const packages = folders.map((folder) => ({
		folder: join(root, folder),
		isPublishedHere: folder === '.',
		...jsonOf(join(folder, 'package.json')),
	}));
	const [{ version }] = packages;
	const lock = jsonOf('package-lock.json');

	// One tag releases all of them, so they share one version.
	const problems = packages
		.filter((other) => other.version !== version)
		.map(({ name, version: own }) => `${name} has version ${own}, not ${version}`);
	if (lock.version !== version || lock.packages[''].version !== version)
		problems.push(`package-lock.json has version ${lock.version}, not ${version}`);
	for (const { name, folder } of packages) {
		const heading = `\n## [${version}] - `;
		const [, released = ''] = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8').split(heading);
		if (!/^\d{4}-\d{2}-\d{2}\n/.test(released))
			problems.push(`The changelog of ${name} has no section "${heading.trim()} <date>"`);
	}
	return { version, tag: `v${version}`, packages, problems };
}

module.exports = { readRelease };
