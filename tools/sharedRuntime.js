/**
 * Loads what is installed once for each worker. By itself, Jest loads every module anew for each
 * suite, and n8n-core alone is 1,994 modules: a second of CPU for each of 140 suites. Here, modules
 * below `node_modules` are loaded once, and the next suites of the worker get the same ones, as
 * executions of one n8n process do. The package under test, the simulator and the suite itself are
 * still loaded for each suite, so none of them sees what another one remembered.
 */
const { sep } = require('node:path');
const { default: Runtime } = require('jest-runtime');

/** Loads a suite, and what it imports of this repository. */
class SuiteRuntime extends Runtime {
	constructor(config, environment, ...rest) {
		super(config, environment, ...rest);
		// An environment of another kind, which a suite asked for, shares nothing.
		if (!('sharedRuntime' in environment)) return;
		environment.sharedRuntime ??= new SharedRuntime(config, environment, ...rest);
		environment.sharedRuntime.suite = this;
		this.shared = environment.sharedRuntime;
	}

	requireModule(from, name, options, isActual) {
		return this.shared !== undefined && isShared(this, from, name, options)
			? this.shared.requireModule(from, name, options, isActual)
			: super.requireModule(from, name, options, isActual);
	}
}

/** Loads what is shared. What n8n loads of the package under test belongs to the suite. */
class SharedRuntime extends Runtime {
	suite = undefined;

	requireModule(from, name, options, isActual) {
		return isShared(this, from, name, options)
			? super.requireModule(from, name, options, isActual)
			: this.suite.requireModule(from, name, options, isActual);
	}
}

/** Whether a module is shared. Jest's modules (internal ones) and Node's are not. */
function isShared({ _resolution: resolution }, from, name, { isInternalModule = false } = {}) {
	if (isInternalModule || resolution.isCoreModule(name ?? '')) return false;
	return resolution.resolveCjs(from, name).includes(`${sep}node_modules${sep}`);
}

module.exports = SuiteRuntime;
