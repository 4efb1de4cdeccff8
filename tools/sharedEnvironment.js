/**
 * The global scope of the suites. All suites of a worker have the same one, so that what is
 * installed can stay loaded in it (`sharedRuntime.js` says why). A suite that needs an n8n of its
 * own, such as one with other environment variables, begins with the docblock
 * `@jest-environment node`.
 */
const { TestEnvironment } = require('jest-environment-node');

/** Names of the symbols under which Jest stores a suite's tests, matchers and time limits. */
const SUITE_STATE =
	/^(JEST_STATE_SYMBOL|EVENT_HANDLERS|TEST_TIMEOUT_SYMBOL|[A-Z_]*RETRY[A-Z_]*|\$\$jest-.*)$/;

class SharedEnvironment extends TestEnvironment {
	/** Holds the shared modules. The first suite of the worker sets it. */
	sharedRuntime = undefined;

	/** The scope stays, without what Jest stored for the suite. */
	async teardown() {
		this.fakeTimersModern.dispose();
		for (const key of Object.getOwnPropertySymbols(this.global))
			if (SUITE_STATE.test(key.description)) delete this.global[key];
	}
}

/** One for each project, since a worker runs suites on n8n 1.x and on 2.x. */
const environments = new Map();

/** Gives Jest the environment of the suite's project. */
module.exports = class {
	constructor(config, context) {
		const { id } = config.projectConfig;
		if (!environments.has(id)) environments.set(id, new SharedEnvironment(config, context));
		return environments.get(id);
	}
};
