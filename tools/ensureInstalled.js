/** Installs the project's packages where they are missing or older than the lock file, so that one command is enough on a fresh clone. */
const { execSync } = require('node:child_process');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { createHash } = require('node:crypto');
const { join } = require('node:path');

const root = join(__dirname, '..');
const mark = join(root, 'node_modules', '.installed-lock');
const wanted = createHash('sha256')
	.update(readFileSync(join(root, 'package-lock.json')))
	.digest('hex');

const packagesIn = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;

/** Whether `npm ci` or `npm install` has been run by hand: npm notes what it installed. */
function isInstalledByHand() {
	const noted = 'node_modules/.package-lock.json';
	if (!existsSync(join(root, noted))) return false;
	const installed = packagesIn(noted);
	return Object.entries(packagesIn('package-lock.json')).every(
		([place, { version, optional }]) =>
			place === '' || optional || installed[place]?.version === version,
	);
}

function ensureInstalled() {
	if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
	if (isInstalledByHand()) return writeFileSync(mark, wanted);
	console.log('Installing packages (a few minutes the first time) …');
	// Not `npm install`, which may change the lock file of a user who only wants to run a command. A
	// registry may answer slowly once; a second try finds most of it in the cache.
	for (let tries = 1; ; tries++) {
		try {
			execSync('npm ci --ignore-scripts --no-audit --no-fund --loglevel=error', {
				cwd: root,
				stdio: 'inherit',
			});
			break;
		} catch (error) {
			if (tries === 3) throw error;
		}
	}
	writeFileSync(mark, wanted);
}

module.exports = { ensureInstalled };
