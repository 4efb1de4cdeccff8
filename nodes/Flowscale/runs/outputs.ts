import type { Clock } from '../../core/async/clock';
import { ExecutionCancelledError } from '../../core/errors';
import type { LinkSource } from '../../core/files/freshLink';
import { nextOutputsCheck } from '../../core/files/patience';
import { type KnownRun, MISSING, type Output, timeOf, withKnown } from '../../core/runs/run';
import type { FlowscaleApi, OutputAnswer } from '../api/api';
import { indexNames } from './outputNames';

const hasContent = ({ download_url, file_content }: Output) =>
	download_url !== undefined || file_content !== undefined;
const isFailed = ({ generation_status: status }: Output) => status === 'failed';

export interface OutputsCheck {
	api: FlowscaleApi;
	clock: Clock;
	stop?: AbortSignal;
	/** The service's clock for a time of ours, epoch ms. */
	serviceTime?(ms: number): number;
}

/**
 * The run with all of its outputs as link or value: what the run itself lists, and by the output endpoint what it leaves out.
 * What is named and cannot be had for some 16 seconds stays in the list as `missing`, without content. A 408 of the endpoint is
 * the service's word for a run that timed out.
 * @throws ServiceError | ExecutionCancelledError
 */
export async function completeOutputs(
	{ api, clock, stop, serviceTime = (ms) => ms }: OutputsCheck,
	ended: KnownRun,
): Promise<KnownRun> {
	let run = ended;
	for (let checks = 1; ; checks++) {
		if (stop?.aborted) throw new ExecutionCancelledError();
		if (checks > 1) run = united((await api.run(run.run_id, run))?.run ?? run, run);
		const answers = await Promise.all(
			missingOf(run).map(async (name) => ({ name, answer: await askFor(api, name) })),
		);
		if (answers.some(({ answer }) => answer.kind === 'timedOut'))
			return { ...run, state: 'timed_out', finished: true };
		run = { ...run, outputs: merged(run.outputs, answers) };
		run = { ...run, outputs: inOrder(run) };
		const missing = missingOf(run);
		const next = nextOutputsCheck({
			checks,
			missing: missing.length,
			listed: run.outputs.length,
			endedAgoMs: serviceTime(clock.now()) - timeOf(run.completed_at),
		});
		if (next === 'done') return { ...run, outputs: inOrder({ ...run, outputs: named(run) }) };
		await clock.pause(next.pauseMs, stop);
	}
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

/** Names to ask the output endpoint for: outputs without link or value, and names that no output belongs to. */
function missingOf({ outputs, output_names }: KnownRun): string[] {
	const ownerOf = indexNames(output_names);
	const unlinked = outputs
		.filter((output) => !hasContent(output) && !isFailed(output))
		.map(({ filename }) => filename);
	const covered = new Set(outputs.map(({ filename }) => ownerOf(filename)));
	return [...new Set([...unlinked, ...output_names.filter((name) => !covered.has(name))])];
}

/** The order that the run names its outputs in, whichever of them was there first; those of no name come last. */
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
export async function askFor(api: FlowscaleApi, filename: string): Promise<OutputAnswer> {
	const answer = await api.output(filename);
	const withoutExtension = filename.replace(/\.[A-Za-z0-9]{1,12}$/, '');
	if (answer.kind !== 'notYet' || withoutExtension === filename) return answer;
	const other = await api.output(withoutExtension);
	return other.kind === 'ready' ? { ...other, output: { ...other.output, filename } } : other;
}

/**
 * A further check of a run that has ended already: what an earlier one gave stays, unless the run itself now lists the files of
 * that name (asked for as `prefix`, listed as `prefix.png`).
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

/** Where a new link for an output is had: the run's own list, and the output endpoint. */
export function linkSourceOf(api: FlowscaleApi): LinkSource {
	return {
		list: async (run) => (await api.run(run.run_id, run))?.run.outputs,
		byName: async (filename) => {
			const answer = await askFor(api, filename);
			return answer.kind === 'ready' ? answer.output.download_url : undefined;
		},
	};
}
