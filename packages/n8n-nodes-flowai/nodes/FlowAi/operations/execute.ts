import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { ExecutionCancelledError, ServiceError } from '../../../../../nodes/core/errors';
import { dataOf } from '../../../../../nodes/core/json';
import type { Item } from '../../../../../nodes/core/items/item';
import {
	type ItemOutput,
	type Operation,
	optionsField,
} from '../../../../../nodes/core/items/operation';
import {
	type NamedValuesForm,
	namedValuesFields,
	readNamedValues,
} from '../../../../../nodes/core/items/namedValues';
import type { StreamEnd } from '../api/answerStream';
import { UncertainRun } from '../runs/readResult';
import { runWorkflow } from '../runs/runWorkflow';
import type { RequestLimits, RunOrder, Sending, Session } from '../runs/session';
import { openChunkStreamer } from '../runs/chunkStreamer';
import { anything, decimal, list, orNull, record, text } from '../../../../../nodes/core/shape';

const inputsForm: NamedValuesForm = {
	mode: 'inputMode',
	pairs: 'inputs',
	entry: 'input',
	json: 'inputsJson',
	word: 'Input',
	namePlaceholder: 'e.g. text',
	jsonPlaceholder: 'e.g. { "text": "Text to be processed" }',
	hint: 'Names are set by the workflow’s input node. For an image, enter its address.',
};

const fields: INodeProperties[] = [
	{
		displayName: 'Workflow ID',
		name: 'workflowId',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 1741675999864',
		description: 'ID of a published workflow, from the page API Management of FlowAI',
	},
	...namedValuesFields(inputsForm),
	{
		displayName: 'Stream',
		name: 'stream',
		type: 'boolean',
		default: false,
		description:
			'Whether to receive the text as it is written. It is passed on at once where n8n streams its answer (chat trigger, streaming webhook).',
	},
	optionsField([
		{
			displayName: 'Include Log',
			name: 'includeLog',
			type: 'boolean',
			default: false,
			description:
				'Whether to add the events of the run: which node began and ended when. They come with a streamed answer only.',
		},
		{
			displayName: 'Timeout (Seconds)',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 300,
			description:
				'How long each item may take from its turn to the end of its answer, pauses after refusals included. 0 means no limit.',
		},
		{
			displayName: 'Max Concurrent',
			name: 'maxConcurrent',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 10,
			description: 'How many requests this node has in progress at a time',
		},
		{
			displayName: 'Max Requests per Second',
			name: 'maxRequestsPerSecond',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 2 },
			default: 20,
			description: 'How many requests this node sends within a second. 0 means no limit.',
			hint: 'FlowAI advises at most 20',
		},
	]),
];

export const execute: Operation<Session> = {
	name: 'Execute',
	value: 'execute',
	action: 'Execute a workflow',
	description: 'Run a workflow and return its output',
	output: record({
		output: anything('Yes, I am here.'),
		total_time: orNull(decimal(4.76)),
		reasoning: text('The user greets me.'),
		events: list(
			record({
				event: text('msg'),
				node: orNull(text('1741675999864')),
				type: orNull(text('start_node')),
				message: orNull(text('Start node LLM1, type llm')),
				data: anything(null),
			}),
		),
	}),
	fields,
	// The node's limits on requests hold items back.
	itemsAtATime: Number.POSITIVE_INFINITY,
	prepare: (item, session) => {
		const order = readOrder(item);
		const hasLog = item.flag('options.includeLog', false);
		const sending = session.sending(readLimits(item));
		return async () =>
			await sending.slots(async () => await runItem(session, sending, item, order, hasLog));
	},
};

/** @throws ConfigurationError */
function readOrder(item: Item): RunOrder {
	return {
		workflowId: item.id('workflowId', 'Workflow ID'),
		input: readNamedValues(item, inputsForm),
		isStreamed: item.flag('stream', false),
		timeoutMs: item.amount('options.timeout', 'Timeout', 300, 0) * 1000,
	};
}

/** @throws ConfigurationError */
function readLimits(item: Item): RequestLimits {
	return {
		maxConcurrent: item.amount('options.maxConcurrent', 'Max Concurrent', 10, 1),
		maxPerSecond: item.amount('options.maxRequestsPerSecond', 'Max Requests per Second', 20, 0),
	};
}

async function runItem(
	session: Session,
	sending: Sending,
	item: Item,
	order: RunOrder,
	hasLog: boolean,
): Promise<ItemOutput[]> {
	const { abort, memory } = session;
	if (abort.aborted) throw new ExecutionCancelledError();
	const request = [order.workflowId, order.input, order.isStreamed, hasLog];
	const known = memory.get(item.index, request);
	if (known === 'uncertain') throw earlierTry();
	if (known) return [{ json: known.answer }];
	session.otherRuns.note(item.index);
	const end = await answered(session, sending, item, order).catch((error: unknown) => {
		if (error instanceof UncertainRun) memory.keep(item.index, request, 'uncertain');
		throw error;
	});
	const answer = jsonOf(end, hasLog);
	memory.keep(item.index, request, { answer });
	return [{ json: answer }];
}

/** The answer; its text is passed on to the listener while it arrives. */
async function answered(
	session: Session,
	sending: Sending,
	item: Item,
	order: RunOrder,
): Promise<StreamEnd> {
	const streamer = order.isStreamed ? openChunkStreamer(item.context, item.index) : undefined;
	const running = runWorkflow(session, sending, order, streamer);
	// This also holds for an answer that breaks off, since the listener would wait for the rest.
	const output = await running.then(
		({ answer }) => answer?.output,
		() => undefined,
	);
	streamer?.finish(output);
	await streamer?.done();
	return await running;
}

function jsonOf({ answer, reasonings, log }: StreamEnd, hasLog: boolean): IDataObject {
	const reasoning = [...reasonings.values()].join('\n\n');
	return dataOf([
		['output', answer?.output],
		['total_time', answer?.total_time],
		...(reasoning === '' ? [] : [['reasoning', reasoning] as [string, unknown]]),
		...(hasLog ? [['events', log] as [string, unknown]] : []),
	]);
}

function earlierTry(): ServiceError {
	return new ServiceError(
		'The workflow may have run, and was not sent again. An earlier try of this item got no clear answer.',
		{
			hint: 'FlowAI lists no runs, so it cannot be looked up. Check what the workflow did at FlowAI before you execute this item again.',
		},
	);
}
