import type { FaultRow, Nature } from './faultRows';
import type { OperationRow, Part } from './operationRows';

export type Outcome = 'both succeed' | 'one fails' | 'both fail';

/** What must come out of a cell. */
export interface Expectation {
	/** Of the two items; `either`: chance decides, and what fails says so. */
	outcome: Outcome | 'either';
	/** What a failed item's text, or the node's message and description, must say. */
	text?: RegExp;
	/** Runs that the service started in all; never more than one per item. */
	starts: number;
}

const LOST = /No answer from Flowscale at 127\.0\.0\.1:\d+/;
const STATUS = /HTTP (408|425|429|500|502|503|504|520|522|524)/;
const REDIRECT = /redirects to http:\/\/127\.0\.0\.1:\d+.*(Enter the final address as Base URL|)/s;
const REFUSED = /HTTP 401: Broken with 401.*Check the API key/s;
/** A stream's refusal is not read to its end. */
const STREAM_REFUSED = /HTTP 401.*Check the API key/s;
/** The wait's own limit ends what stays broken; it says how long it took, some seconds more on a busy machine. */
const TIMEOUT = /did not end within [4-9]\d(\.\d)? s.*The last check failed/s;
const GROUP_TIMEOUT =
	/The runs of group "[ab]" did not all end within [46]0 s.*The last check failed/s;
const UNCERTAIN = /may have started, and was not started again.*group "matrix"/s;

/** What a read says when every try failed. */
const inVain: Partial<Record<Nature, RegExp>> = {
	unreachable: /(connection was refused|name could not be resolved).*Check the Base URL/s,
	lostBefore: LOST,
	lost: LOST,
	garbled: /not JSON/,
	empty: /answered HTTP (200|204) with nothing/,
	later: STATUS,
	passing: STATUS,
	timeout: STATUS,
	gateway: STATUS,
	redirect: REDIRECT,
	refused: REFUSED,
};
const isFinal = (nature: Nature) =>
	nature === 'unreachable' || nature === 'redirect' || nature === 'refused';
/** The service did what was asked although it did not say so. */
const isDone = (nature: Nature) =>
	['lost', 'garbled', 'empty', 'passingButDone', 'timeoutButDone', 'gatewayButDone'].includes(
		nature,
	);
const BODY_FAULTS = ['truncatedJson', 'resetMidBody', 'wrongLength', 'slowBody'];
const isQuiet = (nature: Nature) => nature === 'slow' || nature === 'later';

type Rule = (fault: FaultRow, starts: number) => Expectation;
const succeeds = (starts: number): Expectation => ({ outcome: 'both succeed', starts });
const fails = (text: RegExp | undefined, starts: number): Expectation => ({
	outcome: 'both fail',
	text,
	starts,
});
const oneFails = (text: RegExp | undefined, starts: number): Expectation => ({
	outcome: 'one fails',
	text,
	starts,
});

const read: Rule = ({ nature, times }, starts) =>
	nature === 'slow' || (times === 'once' && !isFinal(nature))
		? succeeds(starts)
		: fails(inVain[nature], starts);

const rules: Record<Part, Rule> = {
	read,
	cancel: (fault, starts) => (fault.nature === 'empty' ? succeeds(starts) : read(fault, starts)),
	// The second look of a cancel only refines its answer.
	check: ({ nature }, starts) =>
		nature === 'unreachable' ? fails(inVain.unreachable, starts) : succeeds(starts),
	hint: (_, starts) => succeeds(starts),
	poll: (fault, starts) => {
		const { outcome, text } = read(fault, starts);
		if (outcome === 'both succeed' || fault.nature === 'redirect' || fault.nature === 'refused')
			return { outcome, text, starts };
		return fails(TIMEOUT, starts);
	},
	// A list that stays broken, is refused, or hangs for ten seconds is given up for single looks. One
	// that asks for patience gets it; runs that fell out of step are looked at singly anyway.
	listLook: ({ nature, times }, starts) =>
		nature === 'later' && times === 'for ever'
			? { outcome: 'either', text: TIMEOUT, starts }
			: succeeds(starts),
	groupPoll: (fault, starts) => {
		const { outcome, text } = rules.poll(fault, starts);
		return { outcome, text: text === TIMEOUT ? GROUP_TIMEOUT : text, starts };
	},
	// A cancel that was obeyed is seen as such in the list, whatever its answer was.
	groupCancel: (fault, starts) =>
		isDone(fault.nature) ? succeeds(starts) : rules.cancel(fault, starts),
	// The events are the result itself. A stream that breaks is continued behind its last event.
	stream: (faultRow, starts) => {
		const { nature, times, fault } = faultRow;
		if (BODY_FAULTS.includes(fault?.kind ?? '')) return succeeds(starts);
		if (nature === 'refused') return fails(STREAM_REFUSED, starts);
		const isOther = nature === 'garbled' || nature === 'empty';
		return isOther && times === 'for ever'
			? fails(/offers no event streams of runs/, starts)
			: read(faultRow, starts);
	},
	start: ({ nature, times }, starts) => {
		if (nature === 'unreachable') return fails(inVain.unreachable, 0);
		if (isDone(nature) || nature === 'slow' || (nature === 'later' && times === 'once'))
			return succeeds(starts);
		const text = isFinal(nature) || nature === 'later' ? inVain[nature] : UNCERTAIN;
		return times === 'once' ? oneFails(text, starts - 1) : fails(text, 0);
	},
	adoption: (fault, starts) =>
		read(fault, starts).outcome === 'both succeed' ? succeeds(starts) : fails(UNCERTAIN, starts),
	outputs: (fault, starts) => {
		const { nature, times } = fault;
		if (nature === 'gateway' || nature === 'empty')
			return times === 'once'
				? succeeds(starts)
				: fails(/succeeded, but its output .* is not there/, starts);
		return read(fault, starts);
	},
	// The first output is listed with its link, and so is the second, some seconds later.
	lateOutput: ({ nature, times }, starts) => {
		if (nature !== 'timeout' && nature !== 'timeoutButDone') return succeeds(starts);
		const text = /timed out at Flowscale/;
		return times === 'once' ? oneFails(text, starts) : fails(text, starts);
	},
	output: (fault, starts) => {
		const { nature, times } = fault;
		if (nature === 'timeout' || nature === 'timeoutButDone')
			return times === 'once'
				? oneFails(/timed out at Flowscale/, starts)
				: fails(/timed out at Flowscale/, starts);
		if (nature === 'gateway' || nature === 'empty')
			return times === 'once' ? succeeds(starts) : fails(/is not there \(yet\)/, starts);
		return read(fault, starts);
	},
	file: (fault, starts) => {
		const { nature, times } = fault;
		// Redirects of downloads are followed, without the key; a refused link is asked for once more.
		if (nature === 'redirect' || times === 'once' || nature === 'slow') return succeeds(starts);
		return fails(
			nature === 'empty' || nature === 'garbled'
				? /is not the file|broke off/
				: /could not be fetched|broke off/,
			starts,
		);
	},
	shutdownGracePeriod: ({ nature, times }, starts) => {
		const isHeard = isQuiet(nature)
			? times === 'once' || nature === 'slow'
			: nature === 'empty' || (times === 'once' && !isFinal(nature));
		// The node waits a moment for the answer to its cancel; how far it got by then depends on the
		// machine, and the text says it.
		const cancel = /(It was cancelled at Flowscale|accepted its cancel)/;
		return fails(
			isHeard
				? new RegExp(`did not end within \\d+(\\.\\d)? s.*${cancel.source}`, 's')
				: /did not end within \d+(\.\d)? s/,
			starts,
		);
	},
};

export function expectationOf(
	{ part, starts, operation, hasRun }: OperationRow,
	fault: FaultRow,
): Expectation {
	// At the output endpoint a 408 is the service's word for a run that timed out.
	if (part === 'outputs' && (fault.nature === 'timeout' || fault.nature === 'timeoutButDone')) {
		if (operation === 'run.getOutputs') return succeeds(starts);
		return fault.times === 'once'
			? oneFails(/timed out at Flowscale/, starts)
			: fails(/timed out at Flowscale/, starts);
	}
	if (fault.nature === 'unreachable') {
		if (starts > 0) return fails(inVain.unreachable, 0);
		if (operation === 'run.wait') return fails(TIMEOUT, 0);
		if (operation === 'group.wait') return fails(GROUP_TIMEOUT, 0);
		return fails(inVain.unreachable, 0);
	}
	const expectation = rules[part](fault, starts);
	const { text } = expectation;
	// Where a run is known, whoever reads the error must be able to find it again.
	return hasRun && text
		? {
				...expectation,
				text: new RegExp(`(?=[\\s\\S]*[0-9a-f]{8}-[0-9a-f]{4}-)[\\s\\S]*(?:${text.source})`, 's'),
			}
		: expectation;
}
