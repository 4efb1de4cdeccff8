import type { INodeExecutionData } from 'n8n-workflow';
import type { ErrorLike, ExecutionResult, Happened, NodeRun } from '../happened';
import type { JournalEntry } from '../network';
import type { SimRun } from '../service';

/** What parts of the audit share: plain questions to what happened. */
export const isStarting = ({ plan }: ExecutionResult): boolean =>
	plan.operation === 'workflow.execute' || plan.operation === 'workflow.executeAndWait';

export const isTolerant = ({ plan }: ExecutionResult): boolean => plan.onError !== 'stopWorkflow';

export const isFailedItem = ({ json }: INodeExecutionData): boolean =>
	typeof json.error === 'string';

/** An item that n8n put in place of none (Always Output Data). */
export const isFiller = ({ json }: INodeExecutionData): boolean => Object.keys(json).length === 0;

export const errorText = (error: ErrorLike | undefined): string =>
	error === undefined ? '' : `${error.message} ${error.description ?? ''}`;

export const linkOf = ({ pairedItem }: INodeExecutionData): number => {
	const [first] = [pairedItem].flat();
	return typeof first === 'object' ? first.item : Number(first);
};

export const runIdsIn = (items: INodeExecutionData[] = []): string[] =>
	items.filter((item) => !isFailedItem(item)).map(({ json }) => String(json.run_id));

const textsOf = ({ items = [], error }: NodeRun['earlier'][number]): string[] => [
	errorText(error),
	...items.map(({ json }) => (typeof json.error === 'string' ? json.error : '')),
];

/** Every text in which something may have been named: errors of all tries, and the log. */
export const allTexts = ({ runs, log }: ExecutionResult): string[] => [
	...runs.flatMap((run) => [...textsOf(run), ...run.earlier.flatMap(textsOf)]),
	...log,
];

/** How a start is named of which nobody knows whether it began a run. */
export const MAYBE = /may have started/;

/** Our word for how a run ended. */
export const stateOf = ({ outcome, startedMs }: SimRun): string => {
	if (outcome === 'completed') return 'succeeded';
	return outcome ?? (startedMs === null ? 'queued' : 'running');
};

/** Whether nothing went wrong on the way, so that promises hold without any slack. */
export const isCalm = ({ world }: Happened): boolean =>
	world.faults.length === 0 && world.outages.length === 0 && world.crashes.length === 0;

export const hasFate = ({ journal }: Happened, ...fates: string[]): boolean =>
	journal.entries.some(({ fate }) => fates.includes(fate));

/** The input of an item as the service gets it, and of a run as it got it. */
export const keyOfItem = ({ prompt, file }: ExecutionResult['items'][number]): string =>
	JSON.stringify([sentText(prompt), file]);
/** A form is sent as UTF-8, in which half an emoji is a replacement character. */
export const sentText = (text: string): string => Buffer.from(text).toString();
export const keyOfRun = ({ texts, files }: SimRun): string =>
	JSON.stringify([texts.text_51536, files.image_22068 ?? null]);

/**
 * Answers to a start that leave open whether it was taken. A form of texts alone that is cut off may
 * have been read to its end; only a file shows how much of it was.
 */
const UNCLEAR = [
	...[
		'lostBefore',
		'cutBefore',
		'lostDone',
		'late',
		'mute',
		'muteDone',
		'502',
		'502Done',
		'503',
		'504Done',
	],
	...['520', '520Done', '408', '408Done', 'page', 'pageDone', 'empty', 'cut', 'cutQuietly'],
	'slowBody',
];
/** Whether this request is a start that may have been taken, as far as its sender can know. */
export const isUnclearStart = ({ kind, fate }: JournalEntry): boolean =>
	kind === 'start' && UNCLEAR.includes(fate);

/**
 * Whether the run may be taken over by an execution that did not start it: its own start got no
 * clear answer, and in a group of several executions a later run of the same texts fits as well.
 * That is stated; files make it certain that it is not so.
 */
export function mayAdopt(
	{ journal, world }: Happened,
	{ id, plan, items }: ExecutionResult,
	run: SimRun,
): boolean {
	// Executions of one process know of each other.
	const isStranger = run.by === 'others' || world.killsMs.length > 0;
	const isLike = items.some((item) => item.file === null && keyOfItem(item) === keyOfRun(run));
	return (
		isStranger &&
		plan.group === 'shared' &&
		run.groupId === 'poster' &&
		isLike &&
		journal.entries.some(
			(entry) => entry.by === id && isUnclearStart(entry) && run.createdMs >= entry.atMs - 5_000,
		)
	);
}
