import type { Clock } from '../../core/async/clock';
import { ExecutionCancelledError, orServiceError, ServiceError } from '../../core/errors';
import type { ApiRequest, Transport } from '../../core/http/transport';
import type { LinkSource } from '../../core/files/freshLink';
import { nextOutputsCheck, pauseBeforeCheck } from '../../core/files/patience';
import { type KnownRun, MISSING, type Output, timeOf, withKnown } from '../../core/runs/run';
import type { FlowscaleApi, OutputAnswer } from '../api/api';
import { indexNames } from './outputNames';

const hasContent = ({ download_url, file_content }: Output) =>
	download_url !== undefined || file_content !== undefined;
const isFailed = ({ generation_status: status }: Output) => status === 'failed';

/** The run has ended and is paid for: a single 401 or 403 does not lose its outputs. */
export const CONFIRMED = { areRefusalsConfirmed: true };

/** What outputs are read with: parts of a session. */
interface OutputsCheck {
	api: FlowscaleApi;
	clock: Clock;
	stop: AbortSignal;
	transport: Pick<Transport, 'serviceTime'>;
}

/**
 * The run with all of its outputs as link or value: what the run itself lists, and by the output
 * endpoint what it leaves out. An output that is named and cannot be fetched for some 16 seconds
 * stays in the list as `missing`, without content. A 408 of the endpoint is the service's word for
 * a run that timed out.
 * @throws ServiceError | ExecutionCancelledError
 */
export async function completeOutputs(
	{ api, clock, stop, transport }: OutputsCheck,
	ended: KnownRun,
): Promise<KnownRun> {
	const begunMs = clock.now();
	const failures = new Map<string, ServiceError>();
	let run = ended;
	let failedCheck: ServiceError | undefined;
	for (let checks = 1; ; checks++) {
		if (stop.aborted) throw new ExecutionCancelledError();
		// What an answer says is at least as old as its request, however slow its body is.
		const askedMs = clock.now();
		if (checks > 1) {
			const again = await api.run(run.run_id, run, CONFIRMED).catch(orServiceError);
			// A check that fails, or does not find a run that has been seen, only means that nothing new
			// is known.
			const seen = again ?? notFound();
			failedCheck = seen instanceof ServiceError ? seen : undefined;
			if (!(seen instanceof ServiceError)) run = united(seen.run, run);
		}
		const answers = await askForAll(api, missingOf(run), failures);
		if (answers.some(({ answer }) => answer.kind === 'timedOut'))
			return { ...run, state: 'timed_out', finished: true };
		run = { ...run, outputs: merged(run.outputs, answers) };
		const missing = missingOf(run).filter((name) => !isFinal(failures.get(name)));
		const next = nextOutputsCheck({
			checks,
			missing: missing.length,
			listed: run.outputs.length,
			elapsedMs: askedMs - begunMs,
			endedAgoMs: transport.serviceTime(askedMs) - timeOf(run.completed_at),
			hasFailed: failedCheck !== undefined,
		});
		// Nothing was listed or named so far, and the last check failed, so there may be outputs now.
		const isUnread = failedCheck !== undefined && run.outputs.length + missing.length === 0;
		if (next === 'done' && isUnread && failures.size === 0) throw failedCheck;
		if (next === 'done') return withMissing(run, failures);
		await clock.pause(next.pauseMs, stop);
	}
}

const isFinal = (failure: ServiceError | undefined) =>
	failure !== undefined && !failure.facts.isRetryable;

/** A check did not find a run that has been seen. */
const notFound = () =>
	new ServiceError('Flowscale did not find the run when its outputs were read', {
		status: 404,
		hint: 'The run succeeded. Fetch its outputs later with Run > Get Outputs and this run ID.',
	});

/**
 * Asks the output endpoint for these names. A failed one does not affect the others: it is
 * recorded, and requested once per check from then on.
 */
async function askForAll(
	api: FlowscaleApi,
	names: string[],
	failures: Map<string, ServiceError>,
): Promise<Array<{ name: string; answer: OutputAnswer }>> {
	return await Promise.all(
		names.map(async (name) => {
			const failure = failures.get(name);
			if (isFinal(failure)) return { name, answer: { kind: 'notYet' } };
			const extra = failure ? { tries: 1 } : CONFIRMED;
			const answer = await askFor(api, name, extra).catch(orServiceError);
			if (!(answer instanceof ServiceError)) return { name, answer };
			failures.set(name, answer);
			return { name, answer: { kind: 'notYet' } };
		}),
	);
}

/** @throws ServiceError when nothing is there and the output endpoint said why */
function withMissing(run: KnownRun, failures: Map<string, ServiceError>): KnownRun {
	const failure = missingOf(run)
		.map((name) => failures.get(name))
		.find((entry) => entry !== undefined);
	if (failure !== undefined && !run.outputs.some(hasContent)) throw failure;
	return { ...run, outputs: inOrder({ ...run, outputs: named(run) }) };
}

/** The outputs with an entry for each that is named and not there. */
function named(run: KnownRun): Output[] {
	const missing = new Set(missingOf(run));
	const entries = run.outputs.map((output) =>
		missing.delete(output.filename) ? { ...output, generation_status: MISSING } : output,
	);
	const unlisted = [...missing].map((filename) => ({
		filename,
		generation_status: MISSING,
		mime_type: null,
	}));
	return [...entries, ...unlisted];
}

/**
 * Names to ask the output endpoint for: outputs without link or value, and names that no output
 * belongs to.
 */
function missingOf({ outputs, output_names }: KnownRun): string[] {
	const ownerOf = indexNames(output_names);
	const unlinked = outputs
		.filter((output) => !hasContent(output) && !isFailed(output))
		.map(({ filename }) => filename);
	const covered = new Set(outputs.map(({ filename }) => ownerOf(filename)));
	return [...new Set([...unlinked, ...output_names.filter((name) => !covered.has(name))])];
}

/**
 * Outputs in the order in which the run names them, whichever came first. Those that it does not
 * name come last.
 */
function inOrder({ outputs, output_names }: KnownRun): Output[] {
	const ownerOf = indexNames(output_names);
	const places = new Map(output_names.map((name, place) => [name, place]));
	const placed = outputs.map((output): [number, Output] => [
		places.get(ownerOf(output.filename) ?? '') ?? places.size,
		output,
	]);
	return placed.sort(([a], [b]) => a - b).map(([, output]) => output);
}

/** An output by its name; some deployments know it only without the extension. */
export async function askFor(
	api: FlowscaleApi,
	filename: string,
	extra?: Pick<ApiRequest, 'tries' | 'areRefusalsConfirmed'>,
): Promise<OutputAnswer> {
	const answer = await api.output(filename, extra);
	const withoutExtension = filename.replace(/\.[A-Za-z0-9]{1,12}$/, '');
	if (answer.kind !== 'notYet' || withoutExtension === filename) return answer;
	const other = await api.output(withoutExtension, extra);
	return other.kind === 'ready' ? { ...other, output: { ...other.output, filename } } : other;
}

/**
 * The same with the patience that a run's outputs get, since it may be requested right after the
 * run's end.
 */
export async function waitForOutput(
	{ api, clock, stop }: Omit<OutputsCheck, 'transport'>,
	filename: string,
): Promise<OutputAnswer> {
	for (let checks = 1; ; checks++) {
		const answer = await askFor(api, filename, CONFIRMED);
		const pauseMs = answer.kind === 'notYet' ? pauseBeforeCheck(checks) : undefined;
		if (pauseMs === undefined) return answer;
		await clock.pause(pauseMs, stop);
		if (stop.aborted) throw new ExecutionCancelledError();
	}
}

/**
 * A further check of a run that has ended already: what an earlier one found stays, unless the run
 * itself now lists the files of that name (asked for as `prefix`, listed as `prefix.png`).
 */
function united(again: KnownRun, before: KnownRun): KnownRun {
	const { status, state, finished } = before;
	const run = { ...withKnown(again, before), status, state, finished };
	const ownerOf = indexNames(run.output_names);
	const isKnown = (output: Output) => isFailed(output) || hasContent(output);
	const known = new Map(
		before.outputs.filter(isKnown).map((output) => [output.filename, output] as const),
	);
	const listed = new Set(again.outputs.map(({ filename }) => filename));
	const listedNames = new Set(
		again.outputs.filter(hasContent).map(({ filename }) => ownerOf(filename)),
	);
	const forgotten = before.outputs.filter(
		(output) =>
			isKnown(output) && !listed.has(output.filename) && !listedNames.has(output.filename),
	);
	const now = again.outputs.map((output) =>
		isKnown(output) ? output : (known.get(output.filename) ?? output),
	);
	return { ...run, outputs: [...forgotten, ...now] };
}

/** The outputs with what the output endpoint said of some names. */
function merged(
	outputs: Output[],
	answers: Array<{ name: string; answer: OutputAnswer }>,
): Output[] {
	const received = new Map<string, Output>();
	for (const { name, answer } of answers) {
		if (answer.kind === 'ready') received.set(name, answer.output);
		if (answer.kind === 'failed')
			received.set(name, { filename: name, mime_type: null, generation_status: 'failed' });
	}
	const updated = outputs.map((known) => {
		const found = hasContent(known) ? undefined : received.get(known.filename);
		if (found === undefined) return known;
		received.delete(known.filename);
		return { ...found, mime_type: found.mime_type ?? known.mime_type };
	});
	return [...updated, ...received.values()];
}

/** The two sources of a new link for an output: the run's list, and the output endpoint. */
export function linkSourceOf(api: FlowscaleApi): LinkSource {
	return {
		list: async (run) => (await api.run(run.run_id, run, CONFIRMED))?.run.outputs,
		byName: async (filename) => {
			const answer = await askFor(api, filename, CONFIRMED);
			return answer.kind === 'ready' ? answer.output.download_url : undefined;
		},
	};
}
