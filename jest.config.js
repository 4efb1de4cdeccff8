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
	testEnvironment: 'node',
	transform,
	modulePathIgnorePatterns: [
		'<rootDir>/dist/package.json',
		'<rootDir>/packages/.*/dist/package.json',
	],
};

/** The same engine tests run on the newest engine and on the newest of n8n 1.x, which is installed under another name. */
const engine1x = {
	'^n8n-core$': '<rootDir>/node_modules/n8n-core-1x',
	'^n8n-workflow$': require.resolve('n8n-workflow', { paths: [require.resolve('n8n-core-1x')] }),
	'^@n8n/di$': require.resolve('@n8n/di', { paths: [require.resolve('n8n-core-1x')] }),
};

/**
 * What depends on the service, the network and our own code alone runs on the newest engine only: its outcome cannot differ between
 * generations of n8n, and twice the time would be spent for nothing.
 */
const NEWEST_ENGINE_ONLY = [
	'engine/execution/(faults|limitedStarts|stopStarts)',
	'engine/run/(dialects|unknownEnd|getManyRuns)',
	'engine/output/lateOutputs',
	'engine/trigger/triggerTroubles',
	'engine/workflow/(reuseGroups|reliabilityReuse)',
	'engine/credential/reliabilityKey',
];

module.exports = {
	testTimeout: 30_000,
	projects: [
		// Core and services: nothing of it needs a build, an engine or a server.
		{
			...shared,
			displayName: 'quick',
			testMatch: ['<rootDir>/test/{core,Flowscale,Comflowy,FlowAi,fuzz}/**/*.test.ts'],
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
