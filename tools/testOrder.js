const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * Suites that take longest. They begin first, so that no single one is still at work when all others
 * are done. Half of them wait for runs most of their time and half of them compute, in turn, so that
 * neither the cores nor the workers are idle. Jest knows the durations of a former run, but not on a
 * fresh clone, and not which of them are waits.
 */
const LONG = [
	'repo/verification',
	'engine/execution/faults',
	'engine/trigger/triggerTroubles',
	'repo/lint',
	'engine/execution/suspendedSettings',
	'simulation/engine',
	'engine/comflowy/comflowyCallback',
	'simulation/simulation',
	'engine/execution/cancelRemote',
	'core/trigger/newlyEnded.property',
	'engine/group/suspendedGroups',
	'engine/group/heavyGroups',
	'engine/group/hostileGroups',
	'core/starting/queueGate',
	'engine/workflow/reuseGroups',
	'core/starting/startGate',
	'contract/promises',
	'Flowscale/trigger/catchUp',
	'engine/execution/reliabilityStop',
	'engine/trigger/trigger',
	'engine/execution/suspended',
	'engine/run/getManyRuns',
	'engine/output/lateOutputs',
	'simulator/dialects',
	'engine/execution/queueLimit',
	'simulator/vendorSdks',
	'engine/settings',
	'repo/patterns',
	'engine/credential/reliabilityKey',
	'repo/style',
	'engine/output/downloads',
];

const placeOf = ({ path }) => {
	const place = LONG.findIndex((suite) => path.includes(`/${suite}`));
	return place < 0 ? LONG.length : place;
};

/** Jest's order, with the suites of the list before all others. */
class LongestFirst extends Sequencer {
	sort(tests) {
		return super.sort(tests).sort((one, other) => placeOf(one) - placeOf(other));
	}
}

module.exports = LongestFirst;
