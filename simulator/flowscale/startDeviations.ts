import { becoming, type Deviation } from './deviation';
import { envelope, integer, listOf, object, ref, string } from './vendorSchemas';

const oldStart = { run_id: string, output_names: listOf(string), node_errors: { type: 'object' } };

/** How starts differ. */
export const startDeviations: Deviation[] = [
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
		reason:
			'until mid-2025 the start reported output names, queue number and node errors, but no workflow id',
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
		reason: 'the first deployments reported a file name beside the status and no run id',
		source: 'PY-1.0 C',
		change: becoming(object({ status: string, filename: string })),
	},
];
