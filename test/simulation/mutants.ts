import type { Patch } from './bundle';

/** A fault that is put into what ships, in memory, to see that the simulation finds it. */
export interface Mutant extends Patch {
	name: string;
	/** Further places without which the fault would not show. */
	also?: Patch[];
}

export const patchesOf = ({ also = [], ...patch }: Mutant): Patch[] => [patch, ...also];

const core = (file: string) => `nodes/core/${file}`;
const flowscale = (file: string) => `nodes/Flowscale/${file}`;

/** Among them the faults of faults.md (M1 to M19) that a world can express; the number stands first. */
export const mutants: Mutant[] = [
	{
		name: 'a start is repeated after 504',
		file: core('http/statuses.ts'),
		from: "status >= 500 ? { isRetryable: status <= 599, start: 'uncertain' }",
		to: "status >= 500 ? { isRetryable: status <= 599, start: status === 504 ? 'notTaken' : 'uncertain' }",
	},
	{
		name: 'a start that was lost counts as never sent',
		file: core('http/networkError.ts'),
		from: "return { code, reached: 'perhaps', isRetryable: true, text: `The connection was lost (${code})` };",
		to: "return { code, reached: 'no', isRetryable: true, text: `The connection was lost (${code})` };",
	},
	{
		name: 'a start without clear answer counts as refused',
		file: core('http/statuses.ts'),
		from: "[408, { isRetryable: true, start: 'uncertain' }]",
		to: "[408, { isRetryable: true, start: 'refused' }]",
	},
	{
		name: 'a list is read without its second page',
		file: flowscale('api/runPages.ts'),
		from: ': page >= pages)',
		to: ': true)',
	},
	{
		name: 'a run that a list shows twice counts twice',
		file: flowscale('api/runPages.ts'),
		from: 'if (run.run_id !== null && ids.has(run.run_id)) return [];',
		to: '',
	},
	{
		name: 'a link to the input item is dropped',
		file: core('items/itemFailures.ts'),
		from: 'pairedItem: { item: index }',
		to: 'pairedItem: { item: 0 }',
	},
	{
		name: 'a failed item is lost',
		file: core('items/itemFailures.ts'),
		from: '[{ json: { error: text } }]',
		to: '[]',
	},
	{
		name: 'a timer is not cleared',
		file: core('http/http.ts'),
		from: 'for (const forget of forgets) forget();',
		to: '',
	},
	{
		name: 'two items share a run that is reused',
		file: core('starting/existingRuns.ts'),
		from: '({ run_id }) => !search.taken.has(run_id)',
		to: '() => true',
	},
	{
		name: 'the watermark moves too far',
		file: core('trigger/newlyEnded.ts'),
		from: 'Math.max(topMs, newestMs) - LATENESS_MS)',
		to: 'Math.max(topMs, newestMs))',
	},
	{
		name: 'the trigger forgets what it has reported',
		file: core('trigger/newlyEnded.ts'),
		from: '.filter(({ id }) => !ended.knows(id) && !withoutTime.knows(id))',
		to: '',
	},
	{
		name: 'the trigger keeps its memory before it has read the list',
		file: flowscale('trigger/pollRuns.ts'),
		from: 'store.memory = asJson(next);',
		to: 'store.memory = asJson({ ...next, markedAtMs: 0 });',
	},
	{
		name: 'Stop cancels nothing',
		file: core('waiting/runWaiter.ts'),
		from: 'await canceller.cancel(runId, STOP_PATIENCE_MS);',
		to: '',
	},
	{
		name: 'M26: Stop cancels a run that was reused',
		file: core('waiting/runWaiter.ts'),
		from: "if (cancelRemote === 'never' || !hasStarted(runId)) return;",
		to: "if (cancelRemote === 'never') return;",
	},
	{
		name: 'M23: a start that is answered after Stop is not cancelled',
		file: flowscale('operations/execute.ts'),
		from: 'await cancelLate(run.run_id);',
		to: '{}',
	},
	{
		name: 'Retry On Fail starts every run again',
		file: core('starting/startMemory.ts'),
		from: 'return isSameItem || start.fingerprint === fingerprintOf(request) ? start : undefined;',
		to: 'return undefined;',
	},
	{
		name: 'M29: a run that was cancelled when its time was up is started again',
		file: core('waiting/cancelledRuns.ts'),
		from: 'const executionId = context.getExecutionId();',
		to: 'const executionId = `${Math.random()}`;',
	},
	{
		name: 'a resumed wait starts its failed run again',
		file: core('suspending/runSuspended.ts'),
		from: 'isBegun && (resume.isContinued || isOver(resume))',
		to: 'isOver(resume)',
		also: [
			{
				file: core('suspending/runSuspended.ts'),
				from: 'isOver(resume) ? isBegun : isContinued && !isNewTry',
				to: 'isOver(resume) && isBegun',
			},
		],
	},
	{
		name: 'a suspended wait forgets its tries',
		file: core('suspending/suspension.ts'),
		from: 'return failedTries < triesOf(context);',
		to: 'return failedTries < 1_000;',
	},
	{
		name: 'a download that breaks off is kept',
		file: core('files/download.ts'),
		from: "return 'binary' in stored && !hasEnded",
		to: "return 'binary' in stored && hasEnded && !hasEnded",
	},
	{
		name: 'M12: a page in place of a picture is kept',
		file: core('files/standIn.ts'),
		from: 'if (!isInPlaceOf(expected, type, head)) return undefined;',
		to: 'if (head.length > 0) return undefined;',
	},
	{
		name: 'M10: outputs that are listed late are not waited for',
		file: core('files/patience.ts'),
		from: 'const hasJustEnded = !(endedAgoMs >= PATIENCE_MS);',
		to: 'const hasJustEnded = false;',
	},
	{
		name: 'M11: a file that is not there yet is not waited for',
		file: core('files/patience.ts'),
		from: 'const pauseMs = pauseBeforeCheck(absent);',
		to: 'const pauseMs = pauseBeforeCheck(absent + 99);',
	},
	{
		name: 'M17: one 520 ends a wait',
		file: core('http/statuses.ts'),
		from: 'isRetryable: status <= 599',
		to: 'isRetryable: status < 520',
	},
	{
		name: 'M18: a start that is answered "too many" fails at once',
		file: core('http/statuses.ts'),
		from: "[429, { isRetryable: true, start: 'notTaken' }]",
		to: "[429, { isRetryable: true, start: 'refused' }]",
	},
	{
		name: 'M22: a run is adopted although only its file tells it apart',
		file: core('starting/existingRuns.ts'),
		from: 'if (request.fileNames.length > 0)\n\t\treturn isGroupOfExecution',
		to: 'if (request.fileNames.length > 99)\n\t\treturn isGroupOfExecution',
	},
	{
		name: 'M24: "7" and "07" are the same text',
		file: core('runs/matchRun.ts'),
		from: "if (typeof received === 'string')\n",
		to: "if (typeof received === 'string' && Number(received) === Number(sent)) return true;\n\tif (typeof received === 'string')\n",
		also: [
			{
				file: core('runs/matchRun.ts'),
				from: 'if (json !== undefined) return json;',
				to: 'if (json !== undefined && !DECIMAL.test(trimmed)) return json;',
			},
		],
	},
	{
		name: 'the key goes to the host of the files',
		file: core('files/openLink.ts'),
		from: 'let answer = await open.withoutKey();',
		to: 'let answer = await open.withKey();',
	},
	{
		name: 'event streams stay open after the end',
		file: core('waiting/watcher.ts'),
		from: 'unfollowRun(follower, runId);\n\tif (!(result',
		to: 'void runId;\n\tif (!(result',
		// The loop closes all streams once more at its end, and so does the node.
		also: [
			{
				file: core('execution/runOperation.ts'),
				from: '\t\tabort.abort();\n\t\tabort.release();',
				to: '',
			},
			{
				file: core('waiting/watcher.ts'),
				from: 'unfollowAll(state.follower);',
				to: 'void unfollowAll;',
			},
		],
	},
	{
		name: 'a failed run is a success',
		file: core('waiting/runWaiter.ts'),
		from: "if (run.state === 'succeeded' || isFailedRunAnItem) return run;",
		to: "if (run.state !== 'cancelled' || isFailedRunAnItem) return run;",
	},
	{
		name: 'Timeout counts for nothing',
		file: core('waiting/runWaiter.ts'),
		from: 'order.timeoutMs > 0 ? sinceMs + order.timeoutMs : Number.POSITIVE_INFINITY',
		to: 'order.timeoutMs > 1e9 ? sinceMs + order.timeoutMs : Number.POSITIVE_INFINITY',
	},
	{
		name: 'runs of a group that have not ended are handed out with the others',
		file: flowscale('operations/waitForGroup.ts'),
		from: 'if (verified?.finished) runs.push(verified);',
		to: 'if (verified) runs.push(verified);',
	},
	{
		name: 'M13: a new link is found by the file name alone',
		file: core('files/freshLink.ts'),
		from: 'if (named !== undefined && pathKeyOf(named) === key) return named;',
		to: 'if (named !== undefined) return named;',
	},
	{
		name: 'M14: one file that is gone takes the others with it',
		file: core('files/outputItems.ts'),
		from: 'if (!isAnyThere && !settings.isFailedRunAnItem) throw',
		to: 'if (!settings.isFailedRunAnItem) throw',
	},
	{
		name: 'M15: an upload that breaks off counts as sent',
		file: core('files/upload.ts'),
		from: 'isRead: () => reading.unread <= 0,',
		to: 'isRead: () => true,',
	},
	{
		name: 'M16: without a secure connection a run may have started',
		file: core('http/networkError.ts'),
		from: 'return notReached(`No secure connection could be made (${code})`, false);',
		to: "return { code, reached: 'perhaps', isRetryable: true, text: code };",
	},
	{
		name: 'M19: a text with half an emoji is not recognised',
		file: core('runs/matchRun.ts'),
		from: 'const text = withPlainBreaks(wellFormed(sent));',
		to: 'const text = withPlainBreaks(sent);',
	},
	{
		name: 'M19: a text that is shown composed is not recognised',
		file: core('runs/matchRun.ts'),
		from: "...trimmed.map((form) => form.normalize('NFC'))",
		to: '...trimmed',
	},
	{
		name: 'M19: a text that is shown without its blanks is not recognised',
		file: core('runs/matchRun.ts'),
		from: "const withoutTail = withoutBlanks(text, 'end');",
		to: 'const withoutTail = text;',
		also: [{ file: core('runs/matchRun.ts'), from: '\t\ttext.trim(),\n', to: '' }],
	},
	{
		name: 'M25: a run that another execution may have started is taken',
		file: core('starting/existingRuns.ts'),
		from: 'if (foreign.some((other) => isSameRun(nearest, other))) return',
		to: 'if (foreign.length > 99) return',
	},
];
