import type { IDataObject } from 'n8n-workflow';
import { type JsonRecord, listOf, recordOf, textAt, textOf } from '../../../../../nodes/core/json';
import { type KnownRun, createRun, stateOf } from '../../../../../nodes/core/runs/run';
import { noReasonOf, readErrorText } from '../../../../../nodes/core/runs/errorText';
import { readOutputs } from './outputs';

/**
 * Comflowy's own words: `{success, data}`, or `{success: false, error}`; tolerant of an answer
 * without the wrapping.
 */
export interface Reply {
	isRefused: boolean;
	data: JsonRecord | undefined;
	error: string | undefined;
}

const RUN_KEYS = ['run_id', 'runId'];
const STATUS_KEYS = ['status', 'state', 'type'];

export function readReply(body: unknown): Reply {
	const record = recordOf(body);
	const wrapped = listOf(record?.data).length === 1 ? listOf(record?.data)[0] : record?.data;
	const isBare =
		record !== undefined &&
		(!('success' in record) ||
			(!('data' in record) && textAt(record, ...RUN_KEYS, ...STATUS_KEYS) !== undefined));
	const data = recordOf(wrapped) ?? (isBare ? record : undefined);
	return { isRefused: record?.success === false, data, error: readErrorText(body) };
}

/**
 * The id of a run that was started. A bare text counts when it has a digit in it, as ids have and
 * words like "queued" have not.
 */
export function readRunId(body: unknown): string | undefined {
	const { isRefused, data } = readReply(body);
	if (isRefused) return undefined;
	const received = recordOf(body)?.data;
	const bare = textOf(listOf(received).length === 1 ? listOf(received)[0] : received)?.trim();
	return (
		textAt(data, ...RUN_KEYS, 'id') ??
		(bare !== undefined && /^(?=\D*\d)[\w-]+$/.test(bare) ? bare : undefined)
	);
}

/**
 * A run as `/check` and the result callback report it: `status` or `type`, `output_images`,
 * `full_outputs`.
 * @param known what is known of it from its start; Comflowy documents no answer that repeats its
 *   parameters
 */
export function readRun(
	runId: string,
	data: JsonRecord,
	known: { workflow_id?: string | null; inputs?: IDataObject } = {},
): KnownRun {
	const words = STATUS_KEYS.flatMap((key) => textAt(data, key)?.toLowerCase() ?? []);
	const status = words.find((word) => stateOf(word) !== 'unknown') ?? words[0] ?? 'unknown';
	const outputs = readOutputs(data);
	const run = createRun({
		workflow_id: known.workflow_id ?? textAt(data, 'workflow_id') ?? null,
		status,
		state: stateOf(status),
		inputs: known.inputs ?? ((recordOf(data.params) ?? recordOf(data.inputs) ?? {}) as IDataObject),
		outputs,
		output_names: [...new Set(outputs.flatMap(({ node_id: node }) => node ?? []))],
	});
	return {
		...run,
		run_id: runId,
		error_message: run.state === 'failed' ? (readErrorText(data) ?? noReasonOf('Comflowy')) : null,
	};
}
