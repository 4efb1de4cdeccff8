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

/**
 * Git's environment with the token as a header for the host of `url` alone: in the URL, it would stand in the list of processes and
 * in the message of a command that fails.
 */
function withToken(url) {
	const { env } = process;
	const token = env.MIRROR_TOKEN;
	if (token === undefined || !/^https?:/.test(url)) return env;
	const count = Number(env.GIT_CONFIG_COUNT ?? 0);
	const credentials = Buffer.from(`x-access-token:${token}`).toString('base64');
	return {
		...env,
		GIT_TERMINAL_PROMPT: '0',
		GIT_CONFIG_COUNT: String(count + 1),
		[`GIT_CONFIG_KEY_${count}`]: `http.${new URL(url).origin}/.extraHeader`,
		[`GIT_CONFIG_VALUE_${count}`]: `Authorization: Basic ${credentials}`,
	};
}

function pushTo(url, name, tag) {
	const dir = mkdtempSync(join(tmpdir(), 'flowscale-mirror-'));
	const env = withToken(url);
	const git = (...args) =>
		execFileSync('git', ['-C', dir, ...IDENTITY, ...args], { encoding: 'utf8', env }).trim();
	try {
		git('clone', '--quiet', url, '.');
		if (git('tag', '--list', tag) !== '') return `${tag} of ${name} is there already`;
		// A repository that was never pushed to has no branch yet.
		const hasMain = git('branch', '--remotes', '--list', 'origin/main') !== '';
		git('checkout', '--quiet', '-B', 'main', ...(hasMain ? ['origin/main'] : []));
		git('rm', '-r', '--quiet', '--ignore-unmatch', '.');
		exportTo(name, dir);
		git('add', '--all');
		git('commit', '--quiet', '--allow-empty', '--message', tag);
		git('tag', '--annotate', tag, '--message', tag);
		git('push', '--quiet', '--atomic', 'origin', 'main', tag);
		return `${tag} of ${name} is pushed`;
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

const [name, tag, url] = process.argv.slice(2);
if (!Object.hasOwn(SIBLINGS, name ?? '') || !/^v\d+\.\d+\.\d+/.test(tag ?? '')) {
	console.error(`node tools/mirror.js ${Object.keys(SIBLINGS).join('|')} v1.0.0 [URL]`);
	process.exit(2);
}
console.log(pushTo(url ?? mirrorOf(name), name, tag));
