import type { Clock } from '../../core/async/clock';
import { ServiceError, ExecutionCancelledError } from '../../core/errors';
import { type KnownRun, type Output, withKnown } from '../../core/runs/run';
import type { FlowscaleApi, OutputAnswer } from '../api/api';

/** The output endpoint may lag behind the run's end (204 or 404); these are the pauses between asking again. */
const PAUSES_MS = [0, 250, 500, 1_000, 2_000, 4_000, 8_000];
/** A run that ended without naming any output: it may have none, after this many further looks. */
const LOOKS_FOR_FIRST_OUTPUT = 2;
/** With other outputs at hand, a name that nobody knows is given up after this many tries. */
const TRIES_BESIDE_OTHERS = 4;

const hasContent = ({ download_url, file_content }: Output) =>
	download_url !== undefined || file_content !== undefined;
/** Outputs are named with or without extension, and a batch adds a counter: `prefix`, `prefix.png`, `prefix_000001.png`. */
const isOf = (name: string, filename: string) =>
	filename === name || filename.startsWith(`${name}.`) || filename.startsWith(`${name}_`);
const lastPart = (path: string) => path.split('/').at(-1) ?? '';
/** A folder (ComfyUI's `sub/prefix`) may be told with one of the two only. */
const belongs = (name: string, filename: string) =>
	isOf(name, filename) ||
	(name.includes('/') !== filename.includes('/') && isOf(lastPart(name), lastPart(filename)));
/** `prefix_2.png` belongs to `prefix_2` where that is a name of its own, to `prefix` otherwise. */
const ownerOf = (filename: string, names: string[]) =>
	names.filter((name) => belongs(name, filename)).sort((a, b) => b.length - a.length)[0];

/**
 * The run with all of its outputs as link or text: what the run tells itself, and by the output endpoint what it leaves out.
 * A 408 there is the service's word for a run that timed out.
 * @throws ServiceError when the run succeeded and nothing of it can be had
 */
export async function completeOutputs(
	api: FlowscaleApi,
	ended: KnownRun,
	clock: Clock,
	stop?: AbortSignal,
): Promise<KnownRun> {
	let run = ended;
	for (let tries = 1; ; tries++) {
		await clock.pause(PAUSES_MS[tries - 1], stop);
		if (stop?.aborted) throw new ExecutionCancelledError();
		if (tries > 1) run = united((await api.run(run.run_id, run))?.run ?? run, run);
		const missing = missingOf(run);
		if (missing.length === 0 && (run.outputs.length > 0 || tries > LOOKS_FOR_FIRST_OUTPUT))
			return run;

		const answers = await Promise.all(
			missing.map(async (name) => ({ name, answer: await askFor(api, name) })),
		);
		if (answers.some(({ answer }) => answer.kind === 'timedOut'))
			return { ...run, state: 'timed_out', finished: true };
		for (const { name, answer } of answers)
			run = { ...run, outputs: merged(run.outputs, name, answer) };
		run = { ...run, outputs: inOrder(run) };
		const open = missingOf(run);
		if (open.length === 0 && run.outputs.length > 0) return run;

		const isHopeless =
			tries >= PAUSES_MS.length || (tries >= TRIES_BESIDE_OTHERS && run.outputs.some(hasContent));
		if (!isHopeless) continue;
		if (run.outputs.some(hasContent) || open.length === 0)
			return {
				...run,
				outputs: run.outputs.filter(
					(output) => hasContent(output) || output.generation_status !== null,
				),
			};
		throw new ServiceError(
			`Run ${run.run_id} succeeded, but its output ${open.join(', ')} is not there`,
			{
				runId: run.run_id,
				state: run.state,
				hint: 'Fetch it later with Run > Get Outputs and this run ID.',
			},
		);
	}
}

/** Names to ask the output endpoint for: outputs without link or text, and names that no output belongs to. */
function missingOf({ outputs, output_names }: KnownRun): string[] {
	const isOpen = (output: Output) => !hasContent(output) && output.generation_status !== 'failed';
	const unlinked = outputs.filter(isOpen).map(({ filename }) => filename);
	const covered = new Set(outputs.map(({ filename }) => ownerOf(filename, output_names)));
	return [...new Set([...unlinked, ...output_names.filter((name) => !covered.has(name))])];
}

/** The order that the run names its outputs in, whichever of them was told first; those of no name come last. */
function inOrder({ outputs, output_names }: KnownRun): Output[] {
	const places = new Map(output_names.map((name, place) => [name, place]));
	const placeOf = ({ filename }: Output) =>
		places.get(ownerOf(filename, output_names)) ?? places.size;
	return [...outputs].sort((a, b) => placeOf(a) - placeOf(b));
}

/** An output by its name; some deployments know it only without the extension. */
export async function askFor(api: FlowscaleApi, filename: string): Promise<OutputAnswer> {
	const answer = await api.output(filename);
	const withoutExtension = filename.replace(/\.[A-Za-z0-9]{1,12}$/, '');
	if (answer.kind !== 'notYet' || withoutExtension === filename) return answer;
	const other = await api.output(withoutExtension);
	return other.kind === 'ready' ? { ...other, output: { ...other.output, filename } } : other;
}

/** A new look at a run that has ended already: what an earlier look gave stays. */
function united(again: KnownRun, before: KnownRun): KnownRun {
	const kept = before.outputs.filter(
		(output) => output.generation_status === 'failed' || hasContent(output),
	);
	const added = again.outputs.filter(
		({ filename }) => !kept.some((output) => output.filename === filename),
	);
	const { status, state, finished } = before;
	return { ...withKnown(again, before), status, state, finished, outputs: [...kept, ...added] };
}

function merged(outputs: Output[], name: string, answer: OutputAnswer): Output[] {
	if (answer.kind !== 'ready' && answer.kind !== 'failed') return outputs;
	const known = outputs.find(({ filename }) => filename === name);
	const received: Output =
		answer.kind === 'ready'
			? answer.output
			: { filename: name, mime_type: null, generation_status: 'failed' };
	const output = { ...received, mime_type: received.mime_type ?? known?.mime_type ?? null };
	return known ? outputs.map((entry) => (entry === known ? output : entry)) : [...outputs, output];
}

/** A new link for an output whose link was refused; links are short-lived. undefined when the service has none. */
export async function freshLink(
	api: FlowscaleApi,
	run: KnownRun | undefined,
	{ filename, download_url }: Output,
): Promise<string | undefined> {
	const answer = await askFor(api, filename);
	if (answer.kind === 'ready' && answer.output.download_url !== undefined)
		return answer.output.download_url;
	const again = run && (await api.run(run.run_id, run));
	const link = again?.run.outputs.find((output) => output.filename === filename)?.download_url;
	return link === download_url ? undefined : link;
}
