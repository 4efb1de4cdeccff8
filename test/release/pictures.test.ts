import { dirname, fs, join, projectDir } from '../../simulator/platform';
import { packageFolders, readPackages } from '../../tools/packages';
import { isDrawing, madeFromFile, readMadeFrom } from '../n8n/madeFrom';

const pages = async () => {
	const docs = (await fs.readdir(join(projectDir, 'docs')))
		.filter((file) => file.endsWith('.md'))
		.map((file) => `docs/${file}`);
	return [...packageFolders.map((folder) => join(folder, 'README.md')), ...docs];
};
const folder = 'docs/images';
const largestBytes = 220_000;
const renewal =
	'The pictures in docs/images show something that has changed: renew them with `npm run test:n8n -- n8n-2 editor pictures`, and look at them';

/** Pictures that the pages show, as paths from the top of the repository. */
async function shown(): Promise<string[]> {
	const found = (await pages()).map(async (page) => {
		const text = await fs.readFile(join(projectDir, page), 'utf8');
		return [...text.matchAll(/<img src="([^":]+)"/g)].map(([, path]) => join(dirname(page), path));
	});
	return [...new Set((await Promise.all(found)).flat())].sort();
}

it('every picture that a page shows is there, and every picture there is shown', async () => {
	const there = (await fs.readdir(join(projectDir, folder)))
		.filter((file) => file.endsWith('.png'))
		.map((file) => join(folder, file));
	const inFolder = (await shown()).filter((path) => path.startsWith(folder));
	expect(inFolder).toEqual(there.sort());
});

it('each sibling package shows its node', async () => {
	const siblings = readPackages().filter(({ folder }) => folder !== '.');
	expect((await shown()).filter((path) => path.startsWith('packages/'))).toEqual(
		siblings.map(({ folder, service }) => join(folder, `docs/images/${service}.png`)),
	);
});

it('no picture is heavier than a page can bear', async () => {
	const sizes = (await shown()).map(
		async (path) => [path, (await fs.stat(join(projectDir, path))).size] as const,
	);
	expect((await Promise.all(sizes)).filter(([, size]) => size > largestBytes)).toEqual([]);
});

it('every screenshot has words for what it shows', async () => {
	for (const page of await pages()) {
		const text = await fs.readFile(join(projectDir, page), 'utf8');
		const wordless = [...text.matchAll(/<img src="([^"]+)"[^>]*?alt="([^"]*)"/g)].filter(
			([, path, alt]) => !isDrawing(path) && alt.length < 20,
		);
		expect({ page, wordless: wordless.map(([, path]) => path) }).toEqual({ page, wordless: [] });
	}
});

it('no screenshot is older than the texts, fields and examples that it shows', async () => {
	const noted = JSON.parse(await fs.readFile(madeFromFile, 'utf8').catch(() => '{}')) as Record<
		string,
		string
	>;
	const now = await readMadeFrom();
	const changed = [...new Set([...Object.keys(noted), ...Object.keys(now)])].filter(
		(name) => noted[name] !== now[name],
	);
	if (changed.length > 0) throw new Error(`${renewal}. Changed: ${changed.join(', ')}`);
	expect(Object.keys(now).length).toBeGreaterThan(10);
});
