const transform = {
	'^.+\\.ts$': [
		'@swc/jest',
		{
			jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022' },
			module: { type: 'commonjs' },
		},
	],
};
const shared = {
	rootDir: __dirname,
	// What is installed is loaded once for each worker, not for each suite.
	testEnvironment: '<rootDir>/tools/sharedEnvironment.js',
	runtime: '<rootDir>/tools/sharedRuntime.js',
	transform,
	modulePathIgnorePatterns: [
		'<rootDir>/dist/package.json',
		'<rootDir>/packages/.*/dist/package.json',
	],
};

/**
 * The same engine tests run on the newest engine and on the newest of n8n 1.x, which is installed
 * under another name.
 */
const engine1x = {
	'^n8n-core$': '<rootDir>/node_modules/n8n-core-1x',
	'^n8n-workflow$': require.resolve('n8n-workflow', { paths: [require.resolve('n8n-core-1x')] }),
	'^@n8n/di$': require.resolve('@n8n/di', { paths: [require.resolve('n8n-core-1x')] }),
};

/**
 * Suites that run on the newest engine only. What they show depends on the service and on our code
 * alone, so n8n 1.x could not give another result. Both engines run each operation's behaviour
 * (engine/behaviours), the settings, and whatever touches n8n's helpers: parameters, credentials,
 * binaries, errors, retries, stops, suspensions, tools and the trigger.
 */
const NEWEST_ENGINE_ONLY = [
	// Answers of a broken network or service: the matrix, limits on starts, keys in what is echoed.
	'engine/execution/(faults|limitedBatches|limitedStarts|queueLimit|startTimeout|stopStarts)',
	'engine/credential/reliabilityKey',
	// Ways in which services write runs and lists.
	'engine/run/(dialects|unknownEnd|getManyRuns|cancelRun)',
	'engine/group/(groups|heavyGroups|hostileGroups)',
	'engine/cluster/clusterAndOutput',
	// Ways in which services name, list and serve files, and what our items look like.
	'engine/output/(lateOutputs|outputDialects|outputSchemas|refusedOnce)',
	'engine/comflowy/comflowyOutputs',
	// Which runs of a list are taken, and which have newly ended: decisions of ours.
	'engine/trigger/triggerTroubles',
	'engine/workflow/(reuse|reuseGroups|reliabilityReuse)\\.test',
];

module.exports = {
	testTimeout: 30_000,
	testSequencer: '<rootDir>/tools/testOrder.js',
	projects: [
		// Core and services, which begin with a capital letter: nothing of it needs a build, an engine or
		// a server.
		{
			...shared,
			displayName: 'quick',
			testMatch: ['<rootDir>/test/{core,fuzz,[A-Z]*}/**/*.test.ts'],
		},
		{
			...shared,
			displayName: 'repository',
			testMatch: ['<rootDir>/test/{simulator,repo,simulation}/**/*.test.ts'],
		},
		// What a release needs and a contributor cannot renew without a real n8n and a browser: pictures.
		{ ...shared, displayName: 'release', testMatch: ['<rootDir>/test/release/**/*.test.ts'] },
		{
			...shared,
			displayName: 'engine 2.x',
			globals: { ENGINE: '2.x' },
			testMatch: ['<rootDir>/test/{engine,contract}/**/*.test.ts'],
		},
		{
			...shared,
			displayName: 'engine 1.x',
			globals: { ENGINE: '1.x' },
			testMatch: ['<rootDir>/test/{engine,contract}/**/*.test.ts'],
			testPathIgnorePatterns: ['/node_modules/', ...NEWEST_ENGINE_ONLY],
			moduleNameMapper: engine1x,
			setupFiles: ['<rootDir>/test/harness/unrefIntervals.js'],
			transform: {
				...transform,
				'node_modules/(p-retry|is-network-error)/.+\\.js$': transform['^.+\\.ts$'],
			},
			transformIgnorePatterns: ['/node_modules/(?!(p-retry|is-network-error)/)'],
		},
	],
};
