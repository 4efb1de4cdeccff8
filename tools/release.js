/**
 * Releases the version that stands in package.json. Here it checks, shows what would be published, and pushes the tag;
 * GitHub Actions, started by the tag, publishes the package at the top with provenance, and pushes the siblings to repositories
 * of their own, where they are published (mirror.yml). `--dry-run` ends before the tag.
 */
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');
const { readRelease } = require('./readRelease');

const isDryRun = process.argv.includes('--dry-run');
const isOnGitHub = process.env.GITHUB_ACTIONS === 'true';
const { version, tag, packages, problems } = readRelease();

const run = (command, args, options = {}) =>
	spawnSync(command, args, { encoding: 'utf8', ...options });
const git = (...args) => run('git', args).stdout.trim();

function stop(reasons) {
	console.error([`Not released: ${tag}`, ...reasons.map((reason) => `- ${reason}`)].join('\n'));
	process.exit(1);
}

/** What in the repository prevents a release. */
function repositoryProblems() {
	if (isOnGitHub)
		return process.env.GITHUB_REF_NAME === tag
			? []
			: [`The tag ${process.env.GITHUB_REF_NAME} is not that of version ${version}`];
	const found = [];
	if (git('status', '--porcelain') !== '') found.push('There are changes that are not committed');
	if (git('tag', '--list', tag) !== '')
		found.push(`The tag ${tag} exists: give the packages a new version`);
	if (!isDryRun && git('branch', '--show-current') !== 'main')
		found.push('Releases are made from the branch main');
	return found;
}

/** If publishing stopped half way, it is simply run again. */
const isPublished = ({ name }) =>
	run('npm', ['view', `${name}@${version}`, 'version']).stdout.trim() === version;

function publish({ name, folder }, flags) {
	console.log(`\n${name}@${version}`);
	// RELEASE_MODE allows what `n8n-node prerelease` refuses to a plain `npm publish`.
	const { status } = run('npm', ['publish', '--access', 'public', '--loglevel=notice', ...flags], {
		cwd: folder,
		stdio: 'inherit',
		env: { ...process.env, RELEASE_MODE: 'true' },
	});
	if (status !== 0) stop([`npm publish of ${name} ended with ${status}`]);
}

/** Pictures show what the nodes looked like when they were taken; a release shows them as they are. */
function pictureProblems() {
	const jest = require.resolve('jest/bin/jest');
	const { status } = run(process.execPath, [jest, '--selectProjects', 'release'], {
		cwd: join(__dirname, '..'),
	});
	return status === 0
		? []
		: [
				'The pictures in docs/images are older than the nodes: npm run test:n8n -- n8n-2 editor pictures',
			];
}

const reasons = [...problems, ...repositoryProblems(), ...pictureProblems()];
if (reasons.length > 0) stop(reasons);

if (isOnGitHub && !isDryRun) {
	// An install without a version gets no preview.
	const channel = version.includes('-') ? ['--tag', 'next'] : [];
	const ours = packages.filter(({ isPublishedHere }) => isPublishedHere);
	for (const one of ours.filter((candidate) => !isPublished(candidate)))
		publish(one, ['--provenance', ...channel]);
} else {
	for (const one of packages) publish(one, ['--dry-run']);
	if (isDryRun)
		console.log(`\nDry run: nothing was published, and no tag was made. ${tag} is ready.`);
	else {
		for (const args of [
			['tag', '--annotate', tag, '--message', tag],
			['push', '--atomic', 'origin', 'main', tag],
		])
			if (run('git', args, { stdio: 'inherit' }).status !== 0)
				stop([`git ${args.join(' ')} failed`]);
		console.log(
			`\n${tag} is pushed. GitHub Actions checks it once more and publishes it: see the repository's page Actions.`,
		);
	}
}
