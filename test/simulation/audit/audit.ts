import type { ExecutionResult, Happened } from '../happened';
import { KEY } from '../nodeContext';
import { errorText } from './facts';
import { auditItems, auditShared } from './items';
import { auditLeft } from './left';
import { auditPaid } from './paid';
import { auditReads } from './reads';
import { auditReasons } from './reasons';
import { auditTimes } from './times';
import { auditTrigger } from './triggers';

/**
 * Says whether anything was lost, swapped or paid for twice. It is written from the users' promises
 * alone (interface, "Rules for every call") and knows nothing of the code.
 */
export function audit(happened: Happened): string[] {
	const { results, rejections, openTimers } = happened;
	return [
		...results.flatMap((result) => [
			...auditItems(happened, result),
			...auditPaid(happened, result),
			...auditLeft(happened, result),
			...auditReads(happened, result),
			...auditTimes(happened, result),
			...auditReasons(happened, result),
		]),
		...auditShared(happened),
		...auditTrigger(happened),
		...auditKey(happened),
		...rejections.map((reason) => `a promise failed with nobody there: ${reason}`),
		...(openTimers > 0 ? [`${openTimers} timers are open after the end`] : []),
	];
}

/** The key is in no item, error, log or stored state, and reaches no other host. */
function auditKey({ results, trigger, journal }: Happened): string[] {
	const texts = [
		...results.flatMap(textsOf),
		...(trigger?.log ?? []),
		JSON.stringify(trigger?.polls.map(({ items, error }) => [items, error?.message]) ?? []),
		trigger?.stored ?? '',
	];
	const leaks = journal.entries.filter(({ isKeyLeaked }) => isKeyLeaked);
	return [
		...(texts.some((text) => text.includes(KEY))
			? ['the key is in an item, an error, the log or what is stored']
			: []),
		...leaks.map(({ url }) => `the key went to ${url}`),
	];
}

const textsOf = ({ runs, log, stored }: ExecutionResult): string[] => [
	...runs.flatMap(({ items, error, earlier }) => [
		JSON.stringify(items ?? []),
		errorText(error),
		...earlier.map((one) => `${JSON.stringify(one.items ?? [])} ${errorText(one.error)}`),
	]),
	...log,
	...stored,
];
