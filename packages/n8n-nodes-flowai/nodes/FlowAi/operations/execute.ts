import type { INodeProperties } from 'n8n-workflow';
import { dataOf } from '../../../../../nodes/core/json';
import type { Operation } from '../../../../../nodes/core/items/operation';
import {
	type NamedValuesForm,
	namedValuesFields,
	readNamedValues,
} from '../../../../../nodes/core/items/namedValues';
import { optionsField } from '../../../../../nodes/core/items/operation';
import { runWorkflow } from '../runs/runWorkflow';
import type { Session } from '../runs/session';
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
	hint: 'Names are set by the workflow’s input node. Images are given by their address.',
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
			'Whether to receive the text as it is written. It is handed on at once where n8n streams its own answer (chat trigger, streaming webhook).',
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
			description: 'How long to wait for the whole answer. 0 means no limit.',
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
	prepare: (item, session) => {
		const order = {
			workflowId: item.id('workflowId', 'Workflow ID'),
			input: readNamedValues(item, inputsForm),
			isStreamed: item.flag('stream', false),
			timeoutMs: item.amount('options.timeout', 'Timeout', 300, 0) * 1000,
		};
		const hasLog = item.flag('options.includeLog', false);
		return async () => {
			const request = [order.workflowId, order.input, order.isStreamed, hasLog];
			const known = session.memory.get(item.index, request);
			if (known) return [{ json: known }];
			const chunkStreamer = order.isStreamed
				? openChunkStreamer(item.context, item.index)
				: undefined;
			const running = runWorkflow(session, order, chunkStreamer);
			// Of an answer that breaks off, too: whoever listens would wait for the rest.
			chunkStreamer?.finish(
				await running.then(
					({ answer }) => answer?.output,
					() => undefined,
				),
			);
			await chunkStreamer?.done();
			const { answer, reasonings, log } = await running;
			const reasoning = [...reasonings.values()].join('\n\n');
			const json = dataOf([
				['output', answer?.output],
				['total_time', answer?.total_time],
				...(reasoning === '' ? [] : [['reasoning', reasoning] as [string, unknown]]),
				...(hasLog ? [['events', log] as [string, unknown]] : []),
			]);
			session.memory.keep(item.index, request, json);
			return [{ json }];
		};
	},
};
