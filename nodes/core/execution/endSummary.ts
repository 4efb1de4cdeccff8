import type { IExecuteFunctions, INodeExecutionData, NodeExecutionHint } from 'n8n-workflow';
import { cleanText } from '../errors';
import { addHint } from '../items/olderN8n';
import { textAt, type JsonRecord } from '../json';

const ENDINGS: Array<[state: string, words: string]> = [
	['failed', 'failed'],
	['timed_out', 'timed out'],
	['cancelled', 'was cancelled'],
	['unknown', 'ended in an unknown state'],
];

/**
 * What became of the runs of a node, in one sentence: "18 of 20 runs succeeded, 2 failed. Group
 * n8n-23." undefined where there is nothing to sum up: one run that succeeded, or items that are no
 * ended runs.
 * @param items as they leave the node: runs, one or several items each, and `{ error }` of what
 *   failed
 */
export function summarizeEnd(items: INodeExecutionData[]): NodeExecutionHint | undefined {
	const states = new Map<unknown, string>();
	const groups = new Set<string>();
	items.forEach(({ json }, index) => {
		const item: JsonRecord = json;
		const state = item.error === undefined ? textAt(item, 'state') : 'failed';
		if (state === undefined || item.finished === false) return;
		states.set(item.run_id ?? index, state);
		const group = textAt(item, 'group_id');
		if (group !== undefined) groups.add(group);
	});
	const total = states.size;
	const count = (wanted: string) => [...states.values()].filter((one) => one === wanted).length;
	const succeeded = count('succeeded');
	if (total === 0 || (total === 1 && succeeded === 1)) return undefined;
	const others = ENDINGS.flatMap(([state, words]) =>
		count(state) > 0
			? [`${count(state)} ${count(state) > 1 ? words.replace('was', 'were') : words}`]
			: [],
	);
	const [group, ...more] = groups;
	const where = group === undefined || more.length > 0 ? '' : ` Group ${cleanText(group)}.`;
	return {
		message: `${[`${succeeded} of ${total} ${total === 1 ? 'run' : 'runs'} succeeded`, ...others].join(', ')}.${where}`,
		type: succeeded < total ? 'warning' : 'info',
		location: 'outputPane',
	};
}

/**
 * Shows the summary beside what came out. While the execution is suspended, what comes out are the
 * node's input items.
 */
export function showEndSummary(context: IExecuteFunctions, items: INodeExecutionData[]): void {
	const [first] = context.getInputData();
	const hint = items.length > 0 && items[0] !== first ? summarizeEnd(items) : undefined;
	if (hint !== undefined) addHint(context, hint);
}
