import type { IExecuteFunctions } from 'n8n-workflow';
import { cleanText } from '../errors';
import { listOf, parsedJson, recordOf } from '../json';
import { nodeStore } from '../nodeStore';
import { nodeErrorsText, noReasonOf } from '../runs/errorText';
import type { Run } from '../runs/run';
import type { StartService } from '../starting/startService';
import type { WatchService } from '../waiting/watchService';

/**
 * What ComfyUI said about single nodes beside the ID of a run that it started all the same. A run
 * that fails later often gives no reason any more, and this is the reason then. n8n keeps it with
 * the execution, so it is known after a suspension, too.
 */
export interface StartRemarks {
	/** The service, whose starts are noted. */
	noting(start: StartService): StartService;
	/** The service, whose failed runs have the reason from their start where they give none. */
	explaining(watch: WatchService): WatchService;
}

const KEY = 'startRemarks';

export function openStartRemarks(context: IExecuteFunctions): StartRemarks {
	const store = nodeStore<Record<string, string>>(context, KEY);
	return {
		noting: (start) => ({
			...start,
			readStart: (answer, request) => {
				const run = start.readStart(answer, request);
				const remark = nodeErrorsIn(answer.text);
				if (run.run_id !== null && remark !== undefined) store.open()[run.run_id] = remark;
				return run;
			},
		}),
		explaining: (watch) => {
			const explained = <R extends Run>(run: R): R =>
				withReason(run, store.get()?.[run.run_id ?? ''], watch.serviceName);
			return {
				...watch,
				poll: async (run) => {
					const found = await watch.poll(run);
					return found && explained(found);
				},
				...(watch.pollGroup && {
					pollGroup: async (groupId, wanted) =>
						(await watch.pollGroup?.(groupId, wanted))?.map(explained),
				}),
			};
		},
	};
}

/** `node_errors` of an answer, of its `data`, or of the only run in that. */
function nodeErrorsIn(text: string): string | undefined {
	const body = recordOf(parsedJson(text));
	const data = listOf(body?.data)[0] ?? body?.data;
	const records = [body, recordOf(data), recordOf(recordOf(data)?.run)];
	const found = records.map(nodeErrorsText).find((remark) => remark !== undefined);
	return found && cleanText(found);
}

function withReason<R extends Run>(run: R, remark: string | undefined, serviceName: string): R {
	return remark !== undefined && run.error_message === noReasonOf(serviceName)
		? { ...run, error_message: remark }
		: run;
}
