/**
 * Pushes a sibling package, exported as a repository that stands alone, to its own repository: `node tools/mirror.js comflowy v1.0.0`.
 * The tag starts the publishing there. What was pushed under a tag is not pushed again, so that a run that broke off can be repeated.
 */
const { execFileSync } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { exportTo, mirrorOf, SIBLINGS } = require('./export');

/** The author of a mirror's commits. */
const IDENTITY = [
	...['-c', 'user.name=n8n-nodes-flowscale'],
	...['-c', 'user.email=n8n-nodes-flowscale@users.noreply.github.com'],
];
const git = (dir, ...args) =>
	execFileSync('git', ['-C', dir, ...IDENTITY, ...args], { encoding: 'utf8' }).trim();

/** @param url where to push; it may hold a token, so it is not printed. */
function pushTo(url, name, tag) {
	const dir = mkdtempSync(join(tmpdir(), 'flowscale-mirror-'));
	try {
		execFileSync('git', ['clone', '--quiet', url, dir], { stdio: ['ignore', 'ignore', 'inherit'] });
		if (git(dir, 'tag', '--list', tag) !== '') return `${tag} of ${name} is there already`;
		// A repository that was never pushed to has no branch yet.
		const hasMain = git(dir, 'branch', '--remotes', '--list', 'origin/main') !== '';
		git(dir, 'checkout', '--quiet', '-B', 'main', ...(hasMain ? ['origin/main'] : []));
		git(dir, 'rm', '-r', '--quiet', '--ignore-unmatch', '.');
		exportTo(name, dir);
		git(dir, 'add', '--all');
		git(dir, 'commit', '--quiet', '--allow-empty', '--message', tag);
		git(dir, 'tag', '--annotate', tag, '--message', tag);
		git(dir, 'push', '--quiet', '--atomic', 'origin', 'main', tag);
		return `${tag} of ${name} is pushed`;
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

const [name, tag, url] = process.argv.slice(2);
if (!Object.hasOwn(SIBLINGS, name ?? '') || !/^v\d+\.\d+\.\d+/.test(tag ?? '')) {
	console.error('node tools/mirror.js comflowy|flowai v1.0.0 [URL]');
	process.exit(2);
}
const token = process.env.MIRROR_TOKEN;
const mirror = mirrorOf(name);
const withToken =
	token === undefined ? mirror : mirror.replace('https://', `https://x-access-token:${token}@`);
console.log(pushTo(url ?? withToken, name, tag));
