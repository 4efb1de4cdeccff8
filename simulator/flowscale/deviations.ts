import type { Dialect } from './dialect';
import { envelope, integer, listOf, object, ref, string, textOrNull, type Schema } from './vendorSchemas';

/** One way in which deployments, SDKs and readmes differ from the vendor's OpenAPI. */
export interface Deviation {
	/** Which schemas it changes or adds. */
	schemas: string[];
	/** In which dialects it holds. */
	when: (dialect: Dialect) => boolean;
	/** What differs, and why a client must know. */
	reason: string;
	/** Tags of the protocols' source list, with their certainty marks. */
	source: string;
	change: (schema: Schema) => Schema;
}

const isMap = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);
const properties = (schema: Schema) => (isMap(schema.properties) ? schema.properties : {}) as Record<string, Schema>;

const adding = (more: Record<string, Schema>) => (schema: Schema) => object({ ...properties(schema), ...more });
const dropping = (name: string) => (schema: Schema) =>
	object(Object.fromEntries(Object.entries(properties(schema)).filter(([key]) => key !== name)));
const becoming = (schema: Schema) => () => schema;

const oldStart = { run_id: string, output_names: listOf(string), node_errors: { type: 'object' } };
const inEntries = ({ list }: Dialect) => list !== 'openapi';

const ofStarts: Deviation[] = [
	{
		schemas: ['StartedBody'],
		when: ({ start }) => start === 'object',
		reason: '`data` is an object, not an array of one; no client reads an array',
		source: 'S0, DJS, DPY D; PY-1.1.3 C',
		change: becoming(envelope(ref('Started'))),
	},
	{
		schemas: ['StartedBody'],
		when: ({ start }) => start === 'oldObject',
		reason: 'until mid-2025 the start told output names, queue number and node errors, but no workflow id',
		source: 'S1 D; WEB, PY-1.1, PY-BETA C',
		change: becoming(envelope(object({ ...oldStart, number: integer }))),
	},
	{
		schemas: ['StartedBody'],
		when: ({ start }) => start === 'oldArray',
		reason: 'the same in an array, without the number',
		source: 'OA-old D',
		change: becoming(envelope(listOf(object(oldStart)))),
	},
	{
		schemas: ['StartedBody'],
		when: ({ start }) => start === 'oldest',
		reason: 'the first deployments told a file name beside the status and no run id',
		source: 'PY-1.0 C',
		change: becoming(object({ status: string, filename: string })),
	},
];

const ofRuns: Deviation[] = [
	{
		schemas: ['Run'],
		when: ({ runIds }) => runIds === '_id',
		reason: 'a run tells its id as `_id`, and its team',
		source: 'S0, S1 D',
		change: adding({ _id: string, team_id: string }),
	},
	{
		schemas: ['RunEntry'],
		when: (dialect) => inEntries(dialect) && dialect.runIds !== 'run_id',
		reason: 'listed runs tell their ids as `_id`; without it a list leads nowhere',
		source: 'S0, S1 D',
		change: adding({ _id: string, team_id: string }),
	},
	{
		schemas: ['Run'],
		when: ({ runIds }) => runIds === 'run_id',
		reason: 'the id under the name that starts use',
		source: 'I (tolerant client list)',
		change: adding({ run_id: string, team_id: string }),
	},
	{
		schemas: ['RunEntry'],
		when: (dialect) => inEntries(dialect) && dialect.runIds === 'run_id',
		reason: 'the id under the name that starts use',
		source: 'I (tolerant client list)',
		change: adding({ run_id: string, team_id: string }),
	},
	{
		schemas: ['Run', 'RunEntry'],
		when: ({ outputNames }) => outputNames === 'missing',
		reason: '`output_names` is missing in the readmes’ samples',
		source: 'S0, S1 D',
		change: dropping('output_names'),
	},
	{
		schemas: ['Run', 'RunEntry'],
		when: ({ failureText }) => failureText === 'error' || failureText === 'error_message',
		reason: 'no source shows where a failed run tells its reason',
		source: 'I (open question)',
		change: (schema) =>
			object({ ...properties(schema), error: string, error_message: string }, ['error', 'error_message']),
	},
	{
		schemas: ['RunEntry'],
		when: ({ list, listEntries }) => list !== 'openapi' && listEntries === 'sparse',
		reason: 'the readme’s list shows id, status and outputs only',
		source: 'S0 D',
		change: (schema) => {
			const { _id, run_id, status, outputs } = properties(schema);
			return object({ ...(_id ? { _id } : { run_id }), status, outputs });
		},
	},
];

const ofLists: Deviation[] = [
	{
		schemas: ['RunList'],
		when: ({ list }) => list === 'grouped',
		reason: 'without `group_id` all runs are told, and the group is null',
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
		when: ({ list }) => list === 'paged',
		reason: '`meta` tells page, order and totals',
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
		reason: 'health tells a container’s name instead of its URL',
		source: 'S0, S1, DJS, DPY D; PY types C',
		change: becoming(object({ container: string, status: string })),
	},
	{
		schemas: ['Queue'],
		when: ({ containers }) => containers === 'container',
		reason: 'the queue tells a container’s name instead of its URI',
		source: 'S0, S1 D; types C',
		change: becoming(object({ container: string, queue: { type: 'object' } })),
	},
	{
		schemas: ['Output'],
		when: ({ textOutputs }) => textOutputs === 'file_content',
		reason: 'text comes inline, without a download link',
		source: 'S0 D',
		change: (schema) => ({ anyOf: [schema, object({ file_content: string, generation_status: string })] }),
	},
	{
		schemas: ['WorkflowsBody'],
		when: ({ workflows }) => workflows === 'sdk',
		reason: 'the list of workflows is live but not in the OpenAPI; inputs and outputs are JSON texts',
		source: 'SWAG V; S0, DJS D',
		change: becoming(
			envelope(listOf(object({ id: string, name: string, description: textOrNull, inputs: string, outputs: string }))),
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

/** All of them, to be applied in this order. */
export const deviations: Deviation[] = [...ofStarts, ...ofRuns, ...ofLists, ...ofTheRest];
