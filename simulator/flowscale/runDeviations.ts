import { adding, dropping, properties, type Deviation } from './deviation';
import type { Dialect } from './dialect';
import { integer, integerOrNull, listOf, object, string, textOrNull } from './vendorSchemas';

const nothing = { type: 'null' };
const anything = listOf({});
const dashboardFields = {
	pod_id: string,
	cluster_id: string,
	project_id: string,
	project_name: string,
	workflow_name: string,
	trigger_type: string,
	canvas_id: nothing,
	prompt_id: string,
	container_id: textOrNull,
	error: textOrNull,
	progress: integerOrNull,
	execution_time_ms: integerOrNull,
	can_regenerate: { type: 'boolean' },
	regenerations: anything,
	output_metadata: anything,
};

const inEntries = ({ list }: Dialect) => list !== 'openapi';

/** How runs differ, alone and in lists. */
export const runDeviations: Deviation[] = [
	{
		schemas: ['Run', 'RunEntry'],
		when: ({ timestamps }) => timestamps === 'epochSeconds' || timestamps === 'epochMillis',
		reason:
			'times are counted since 1970, which the sources neither show nor exclude for other versions',
		source: 'I',
		change: adding({ created_at: integer, started_at: integerOrNull, completed_at: integerOrNull }),
	},
	{
		schemas: ['Run'],
		when: ({ runIds }) => runIds === '_id',
		reason: 'a run has its id as `_id`, and its team',
		source: 'S0, S1 D',
		change: adding({ _id: string, team_id: string }),
	},
	{
		schemas: ['RunEntry'],
		when: (dialect) => inEntries(dialect) && dialect.runIds !== 'run_id',
		reason: 'listed runs have their ids as `_id`; without it a list leads nowhere',
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
		when: ({ startTimes }) => !startTimes,
		reason: 'no source excludes a version that does not report when a run began',
		source: 'I',
		change: dropping('started_at'),
	},
	{
		schemas: ['Run', 'RunEntry'],
		when: ({ failureText }) => failureText === 'error' || failureText === 'error_message',
		reason: 'no source shows where a failed run has its reason',
		source: 'I (open question)',
		change: (schema) =>
			object({ ...properties(schema), error: string, error_message: string }, [
				'error',
				'error_message',
			]),
	},
	{
		schemas: ['Run', 'RunEntry'],
		when: ({ records }) => records === 'dashboard',
		reason: 'the dashboard’s own client reads further fields, `error` among them',
		source: 'AIOSWEB C (for pods I)',
		change: (schema) => object({ ...properties(schema), ...dashboardFields }, ['error_message']),
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
