import { adding, becoming, type Deviation } from './deviation';
import { runDeviations } from './runDeviations';
import { startDeviations } from './startDeviations';
import { envelope, integer, listOf, object, ref, string, textOrNull } from './vendorSchemas';

const ofLists: Deviation[] = [
	{
		schemas: ['RunList'],
		when: ({ list }) => list === 'grouped',
		reason: 'without `group_id` all runs are listed, and the group is null',
		source: 'S0, S1, APP D C',
		change: adding({ group_id: textOrNull }),
	},
	{
		schemas: ['RunList'],
		when: ({ list }) => list === 'paged',
		reason: '`data` holds runs only; counts moved to `meta`',
		source: 'S1, DPY D; PY-1.1.3 C',
		change: becoming(object({ runs: listOf(ref('RunEntry')) })),
	},
	{
		schemas: ['RunListBody'],
		when: ({ list, pageSizes }) => list === 'paged' && pageSizes === 'honoured',
		reason: '`meta` reports page, order and totals',
		source: 'S1, DPY D; PY-1.1.3 C',
		change: becoming(
			object({
				status: string,
				data: ref('RunList'),
				meta: object({
					sort_by: string,
					sort_order: string,
					page: integer,
					group_id: textOrNull,
					page_size: integer,
					total_count: integer,
					total_pages: integer,
				}),
			}),
		),
	},
];

const ofTheRest: Deviation[] = [
	{
		schemas: ['Health'],
		when: ({ containers }) => containers === 'container',
		reason: 'health gives a container’s name instead of its URL',
		source: 'S0, S1, DJS, DPY D; PY types C',
		change: becoming(object({ container: string, status: string })),
	},
	{
		schemas: ['Queue'],
		when: ({ containers }) => containers === 'container',
		reason: 'the queue gives a container’s name instead of its URI',
		source: 'S0, S1 D; types C',
		change: becoming(object({ container: string, queue: { type: 'object' } })),
	},
	{
		schemas: ['Output'],
		when: ({ textOutputs }) => textOutputs === 'file_content',
		reason: 'text comes inline, without a download link',
		source: 'S0 D',
		change: (schema) => ({
			anyOf: [schema, object({ file_content: string, generation_status: string })],
		}),
	},
	{
		schemas: ['Output'],
		when: ({ records }) => records === 'dashboard',
		reason: 'an output says what kind of file it is, and its text stands in `data`',
		source: 'AIOSWEB C (for pods I)',
		change: () => {
			const described = { filename: string, content_type: string, generation_status: string };
			return {
				anyOf: [
					object({ download_url: string, ...described }),
					object({ data: string, size: integer, ...described }),
				],
			};
		},
	},
	{
		schemas: ['WorkflowsBody'],
		when: ({ workflows }) => workflows === 'sdk',
		reason:
			'the list of workflows is live but not in the OpenAPI; inputs and outputs are JSON texts',
		source: 'SWAG V; S0, DJS D',
		change: becoming(
			envelope(
				listOf(
					object({
						id: string,
						name: string,
						description: textOrNull,
						inputs: string,
						outputs: string,
					}),
				),
			),
		),
	},
	{
		schemas: ['WorkflowsBody'],
		when: ({ workflows }) => workflows === 'beta',
		reason: 'another shape of it: `data.workflows`, inputs as an object, outputs as names',
		source: 'PY-BETA C',
		change: becoming(
			envelope(
				object({
					workflows: listOf(
						object({
							workflow_id: string,
							name: string,
							description: textOrNull,
							inputs: { type: 'object' },
							outputs: listOf(string),
						}),
					),
				}),
			),
		),
	},
	{
		schemas: ['WorkflowsBody'],
		when: ({ workflows }) => workflows === 'typed',
		reason: 'inputs as the dashboard’s own client declares them',
		source: 'AIOSWEB C (for pods I)',
		change: becoming(
			envelope(
				listOf(
					object({
						id: string,
						name: string,
						description: textOrNull,
						inputs: listOf(
							object(
								{
									path: string,
									label: string,
									parameter_name: string,
									demo_type: string,
									value_type: string,
									category: string,
									randomize: { type: 'boolean' },
									options: listOf(string),
								},
								['options'],
							),
						),
						outputs: listOf(
							object({
								label: string,
								demo_type: string,
								path: textOrNull,
								parameter_name: textOrNull,
								value_type: { type: 'null' },
								category: { type: 'null' },
								randomize: { type: 'boolean' },
							}),
						),
					}),
				),
			),
		),
	},
	{
		schemas: ['CancelledBody'],
		when: ({ cancel }) => cancel === 'post',
		reason: 'cancel is live but not in the OpenAPI; `data` is a text',
		source: 'SWAG V; all Python sources C',
		change: becoming(envelope(string)),
	},
	{
		schemas: ['ErrorBody'],
		when: () => true,
		reason: 'the OpenAPI describes no error but 422; a framework’s own answers are `{detail}`',
		source: 'types, PY-1.1.3 C; DFEAT D (low trust); I',
		change: becoming({
			anyOf: [
				object({ status: string, data: { type: 'null' }, errors: string }),
				object({ status: string, errors: listOf(string) }),
				object({ detail: string }),
				object({ error: object({ code: string, message: string, details: { type: 'object' } }) }),
			],
		}),
	},
];

/** All deviations from the vendor's OpenAPI, to be applied in this order. */
export const deviations: Deviation[] = [
	...startDeviations,
	...runDeviations,
	...ofLists,
	...ofTheRest,
];
