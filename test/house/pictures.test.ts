import { dirname, fs, join, projectDir } from '../../simulator/platform';

const pages = async () => {
	const docs = (await fs.readdir(join(projectDir, 'docs'))).filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`);
	return ['README.md', ...docs];
};
const folder = 'docs/images';
const largestBytes = 250_000;

/** Pictures that the pages show, as paths from the top of the repository. */
async function shown(): Promise<string[]> {
	const found = (await pages()).map(async (page) => {
		const text = await fs.readFile(join(projectDir, page), 'utf8');
		return [...text.matchAll(/<img src="([^":]+)"/g)].map(([, path]) => join(dirname(page), path));
	});
	return [...new Set((await Promise.all(found)).flat())].sort();
}

it('every picture that a page shows is there, and every picture there is shown', async () => {
	const there = (await fs.readdir(join(projectDir, folder))).map((file) => join(folder, file));
	const inFolder = (await shown()).filter((path) => path.startsWith(folder));
	expect(inFolder).toEqual(there.sort());
});

it('no picture is heavier than a page can bear', async () => {
	const sizes = (await shown()).map(async (path) => [path, (await fs.stat(join(projectDir, path))).size] as const);
	expect((await Promise.all(sizes)).filter(([, size]) => size > largestBytes)).toEqual([]);
});
