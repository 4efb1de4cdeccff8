const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * Suites that take longest, the longest first. They begin first, so that no single one is still
 * at work when all others are done. Jest knows the durations of a former run, but not on a fresh
 * clone.
 */
const LONG = [
	'repo/lint',
	'repo/verification',
	'engine/execution/faults',
	'engine/trigger/triggerTroubles',
	'engine/execution/suspendedSettings',
	'simulation/simulation',
	'engine/group/heavyGroups',
	'engine/comflowy/comflowyCallback',
	'engine/credential/reliabilityKey',
	'engine/execution/cancelRemote',
	'engine/group/suspendedGroups',
	'engine/execution/reliabilityStop',
	'engine/execution/suspended',
	'engine/settings',
	'engine/output/downloads',
	'engine/workflow/reuseGroups',
	'contract/promises',
	'repo/style',
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
