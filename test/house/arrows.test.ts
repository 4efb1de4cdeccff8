import { dirname, fs, join, resolve } from '../../simulator/platform';

/** Jest and npm run at the top of the repository. */
const ROOT = resolve('.');
/** Files that may pass 150 lines, each with its reason. */
const MAY_BE_LONG: Record<string, string> = {};
const BANNED_NAMES = /^(utils?|helpers?|common|constants?|index|GenericFunctions)\.ts$/i;

interface Source {
	/** From the top of the repository, with forward slashes. */
	path: string;
	text: string;
	/** What it imports from this repository, as paths like `path` but without extension. */
	imports: string[];
}

async function sourcesIn(folder: string): Promise<Source[]> {
	const entries = await fs
		.readdir(join(ROOT, folder), { recursive: true, withFileTypes: true })
		.catch(() => []);
	const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
	return await Promise.all(
		files.map(async (entry) => {
			const path = join(entry.parentPath, entry.name);
			const text = await fs.readFile(path, 'utf8');
			const targets = [...text.matchAll(/(?:from|import|require\(|import\()\s*'(\.[^']*)'/g)].map(
				([, target]) => resolve(dirname(path), target).slice(ROOT.length + 1),
			);
			return { path: path.slice(ROOT.length + 1), text, imports: targets };
		}),
	);
}

/** `nodes/Flowscale/api` → `Flowscale`; undefined outside of the services. */
const serviceOf = (path: string) =>
	/(?:^|\/)(?:nodes|credentials)\/([A-Z][A-Za-z]*)\//.exec(path)?.[1];
const shipped = async () => [
	...(await sourcesIn('nodes')),
	...(await sourcesIn('credentials')),
	...(await sourcesIn('packages')).filter(({ path }) => /\/(nodes|credentials)\//.test(path)),
];

/** Every import that breaks a rule, as `file → target`. */
async function breaches(
	sources: Promise<Source[]>,
	isBreach: (from: string, to: string) => boolean,
): Promise<string[]> {
	return (await sources).flatMap(({ path, imports }) =>
		imports.filter((target) => isBreach(path, target)).map((target) => `${path} → ${target}`),
	);
}

describe('the arrows point inward', () => {
	it('sees the imports at all', async () => {
		expect((await shipped()).length).toBeGreaterThan(50);
		expect(
			await breaches(
				shipped(),
				(from, to) =>
					from === 'nodes/Flowscale/Flowscale.node.ts' && to === 'nodes/Flowscale/operations',
			),
		).toHaveLength(1);
	});

	it('the core has never heard of a service', async () => {
		expect(
			await breaches(
				shipped(),
				(from, to) => from.startsWith('nodes/core/') && !to.startsWith('nodes/core/'),
			),
		).toEqual([]);
		const core = (await sourcesIn('nodes')).filter(({ path }) => path.startsWith('nodes/core/'));
		expect(
			core
				.filter(({ text }) =>
					/flowscale|comflowy|flowai/i.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
				)
				.map(({ path }) => path),
		).toEqual([]);
	});

	it('no service knows another', async () => {
		expect(
			await breaches(
				shipped(),
				(from, to) =>
					serviceOf(`${to}/`) !== undefined &&
					serviceOf(from) !== undefined &&
					serviceOf(from) !== serviceOf(`${to}/`),
			),
		).toEqual([]);
	});

	it('nothing imports a node', async () => {
		expect(
			await breaches(
				Promise.all([
					shipped(),
					sourcesIn('simulator'),
					sourcesIn('demo'),
					sourcesIn('benchmarks'),
				]).then((lists) => lists.flat()),
				(_, to) => /\.node(\.ts)?$/.test(to),
			),
		).toEqual([]);
	});

	it('the simulator cannot inherit our mistakes', async () => {
		expect(await breaches(sourcesIn('simulator'), (_, to) => !to.startsWith('simulator/'))).toEqual(
			[],
		);
	});

	it('what ships imports nothing that does not', async () => {
		expect(
			await breaches(shipped(), (_, to) => /^(simulator|test|demo|benchmarks|tools)\//.test(to)),
		).toEqual([]);
	});
});

describe('every file', () => {
	const all = async () =>
		(
			await Promise.all(
				[
					'nodes',
					'credentials',
					'packages',
					'simulator',
					'test/core',
					'test/services',
					'test/fuzz',
					'test/engine',
					'test/house',
					'demo',
					'benchmarks',
				].map(sourcesIn),
			)
		)
			.flat()
			.filter(({ path }) => !path.includes('node_modules'));

	it('has a name that says something', async () => {
		expect(
			(await all())
				.map(({ path }) => path)
				.filter((path) => BANNED_NAMES.test(path.split('/').at(-1) ?? '')),
		).toEqual([]);
	});

	it('hands nothing on that it does not own: no barrels', async () => {
		expect(
			(await shipped())
				.filter(({ text }) => /^export (type )?(\*|\{[^}]*\}) from/m.test(text))
				.map(({ path }) => path),
		).toEqual([]);
	});

	it('reads nothing outside of the repository', async () => {
		const outside = new RegExp(['\\.\\./', 'shared/', '|/work/', 'shared'].join(''));
		expect(
			(await all())
				.filter(({ path, text }) => !path.startsWith('test/house/') && outside.test(text))
				.map(({ path }) => path),
		).toEqual([]);
	});

	it('that ships has at most 150 lines', async () => {
		const long = (await shipped()).filter(
			({ path, text }) => text.trimEnd().split('\n').length > 150 && !(path in MAY_BE_LONG),
		);
		expect(long.map(({ path, text }) => `${path}: ${text.trimEnd().split('\n').length}`)).toEqual(
			[],
		);
	});

	it('has no casts to any', async () => {
		// Written so that it does not find itself.
		expect(
			(await all())
				.filter(({ text }) =>
					/\bas any\b|:[ ]any\b|[<]any>/.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
				)
				.map(({ path }) => path),
		).toEqual([]);
	});
});
