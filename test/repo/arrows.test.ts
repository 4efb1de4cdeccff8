import { dirname, fs, join, listFolder, resolve } from '../../simulator/platform';
import { readPackages } from '../../tools/packages';

/** Jest and npm run at the top of the repository. */
const ROOT = resolve('.');
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
					from === 'nodes/Flowscale/Flowscale.node.ts' &&
					to === 'nodes/Flowscale/operations/resources',
			),
		).toHaveLength(1);
	});

	it('the core has never heard of a service', async () => {
		const services = new RegExp(
			readPackages()
				.map(({ service }) => service)
				.join('|'),
			'i',
		);
		expect(
			await breaches(
				shipped(),
				(from, to) => from.startsWith('nodes/core/') && !to.startsWith('nodes/core/'),
			),
		).toEqual([]);
		const core = (await sourcesIn('nodes')).filter(({ path }) => path.startsWith('nodes/core/'));
		expect(
			core
				.filter(({ text }) => services.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')))
				.map(({ path }) => path),
		).toEqual([]);
	});

	it('the core names no field that only a service has', async () => {
		const labelsIn = (sources: Source[]) =>
			sources.flatMap(({ text }) =>
				[...text.matchAll(/displayName: '([^' ]+ [^']+)'/g)].map(([, label]) => label),
			);
		const sources = await sourcesIn('nodes');
		const core = sources.filter(({ path }) => path.startsWith('nodes/core/'));
		const shared = new Set(labelsIn(core));
		const labels = labelsIn(sources).filter((label) => !shared.has(label));
		expect(labels).toContain('Reuse Run');
		expect(
			core.flatMap(({ path, text }) => {
				const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
				return labels.filter((label) => code.includes(label)).map((label) => `${path}: ${label}`);
			}),
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

	it('the auditor of the simulation knows nothing of what ships', async () => {
		const auditor = sourcesIn('test/simulation/audit');
		expect((await auditor).length).toBeGreaterThan(4);
		expect(await breaches(auditor, (_, to) => /^(nodes|credentials|packages)\//.test(to))).toEqual(
			[],
		);
	});

	it('what ships imports nothing that does not', async () => {
		expect(
			await breaches(shipped(), (_, to) => /^(simulator|test|demo|benchmarks|tools)\//.test(to)),
		).toEqual([]);
	});
});

/**
 * Rooms of the core and the rooms that each may import; `errors` and `json` are files beside them.
 */
const CORE_ROOMS: Record<string, string[]> = {
	async: [],
	runs: [],
	http: ['async'],
	items: ['async'],
	trigger: ['runs'],
	starting: ['http', 'runs', 'items', 'async'],
	files: ['http', 'runs', 'items', 'async'],
	waiting: ['http', 'runs', 'items', 'async'],
	suspending: ['waiting', 'items', 'runs', 'async'],
	execution: ['suspending', 'waiting', 'starting', 'items', 'runs', 'async'],
};
/** The files of a room that other rooms may import; the ground (`async`, `runs`) is open. */
const FACES: Record<string, string[]> = {
	http: [
		'transport',
		'http',
		'networkError',
		'byteStream',
		'eventStream',
		'retry',
		'statuses',
		'redact',
		'keyAtOrigin',
		'baseUrl',
		'webAddress',
		'networkAdvice',
		'credentialCheck',
	],
	starting: [
		'starter',
		'startService',
		'startOutcome',
		'startMemory',
		'sendOnceSafely',
		'startGate',
		'countingGate',
		'queueGate',
		'groupTurns',
	],
	waiting: [
		'runWaiter',
		'watchService',
		'watchedRun',
		'watcher',
		'waitingOperation',
		'waitingFields',
		'runCanceller',
		'cancelledRuns',
		'leftRuns',
	],
	items: [
		'operation',
		'item',
		'itemFiles',
		'namedValues',
		'jsonObject',
		'allDigits',
		'notEvaluated',
		'agentTool',
		'runItems',
		'itemDoubts',
		'itemFailures',
		'olderN8n',
	],
	files: [
		'upload',
		'fetchOutput',
		'outputItems',
		'outputFields',
		'fileType',
		'link',
		'linkKey',
		'freshLink',
		'patience',
	],
	trigger: ['newlyEnded', 'listCount'],
	execution: ['runOperation', 'runSession', 'progress', 'hintOnce'],
	suspending: ['runSuspended', 'requeue', 'selfConnection', 'suspension', 'suspensionPace'],
};
/** Rooms of Flowscale, likewise. `credential` lies beside them. */
const SERVICE_ROOMS: Record<string, string[]> = {
	api: [],
	inputs: ['api'],
	runs: ['inputs', 'api'],
	operations: ['runs', 'inputs', 'api'],
	trigger: ['runs', 'inputs', 'api'],
};

const coreRoomOf = (path: string) => /^nodes\/core\/([^/]+)\//.exec(path)?.[1];
const serviceRoomOf = (path: string) => /^nodes\/Flowscale\/([^/]+)\//.exec(path)?.[1];

describe('the rooms', () => {
	it('of the core depend on each other in one direction', async () => {
		const rooms = new Set((await sourcesIn('nodes/core')).map(({ path }) => coreRoomOf(path)));
		expect([...rooms].filter((room) => room !== undefined).sort()).toEqual(
			Object.keys(CORE_ROOMS).sort(),
		);
		const isBreach = (from: string, to: string) => {
			const [a, b] = [coreRoomOf(from), coreRoomOf(to)];
			if (from.startsWith('nodes/core/') && a === undefined) return b !== undefined;
			return a !== undefined && b !== undefined && a !== b && !CORE_ROOMS[a].includes(b);
		};
		expect(await breaches(sourcesIn('nodes/core'), isBreach)).toEqual([]);
	});

	it('of Flowscale depend on each other in one direction', async () => {
		const isBreach = (from: string, to: string) => {
			const [a, b] = [serviceRoomOf(from), serviceRoomOf(to)];
			return a !== undefined && b !== undefined && a !== b && !SERVICE_ROOMS[a].includes(b);
		};
		expect(await breaches(sourcesIn('nodes/Flowscale'), isBreach)).toEqual([]);
	});

	it('are entered by their faces', async () => {
		const isBreach = (from: string, to: string) => {
			const room = coreRoomOf(to);
			if (room === undefined || room === coreRoomOf(from)) return false;
			return room in FACES && !FACES[room].includes(to.split('/').at(-1) ?? '');
		};
		expect(await breaches(shipped(), isBreach)).toEqual([]);
	});

	it('hold no circle of files, types included', async () => {
		const sources = (await Promise.all([shipped(), sourcesIn('simulator')])).flat();
		const graph = new Map(
			sources.map(({ path, imports }) => [path.replace(/\.ts$/, ''), imports] as const),
		);
		const done = new Set<string>();
		const circles: string[] = [];
		const visit = (file: string, trail: string[]): void => {
			if (trail.includes(file))
				circles.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
			if (done.has(file) || trail.includes(file)) return;
			for (const target of graph.get(file) ?? []) visit(target, [...trail, file]);
			done.add(file);
		};
		for (const file of graph.keys()) visit(file, []);
		expect(circles).toEqual([]);
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
					...listFolder(join(ROOT, 'test'))
						.filter((name) => /^[A-Z]/.test(name))
						.map((name) => `test/${name}`),
					'test/harness',
					'test/fuzz',
					'test/engine',
					'test/repo',
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
				.filter(({ path, text }) => !path.startsWith('test/repo/') && outside.test(text))
				.map(({ path }) => path),
		).toEqual([]);
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
