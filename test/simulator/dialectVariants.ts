import { dialectChoices, openapiDialect, type Dialect } from '../../simulator/flowscale/dialect';

/** Each way of each switch on its own, and the combinations in which switches meet. */
export const variants: Array<[string, Partial<Dialect>]> = [
	['the newest SDK readmes', {}],
	['the vendor’s OpenAPI', openapiDialect],
	...Object.entries(dialectChoices).flatMap(([name, ways]) =>
		ways.slice(1).map((way): [string, Partial<Dialect>] => [`${name}=${way}`, { [name]: way }]),
	),
	['grouped sparse lists', { list: 'grouped', listEntries: 'sparse' }],
	['sparse pages with run_id', { runIds: 'run_id', listEntries: 'sparse' }],
	[
		'sparse pages without names and failures',
		{ outputNames: 'missing', failureText: 'none', listEntries: 'sparse' },
	],
	[
		'other words',
		{
			runTimeout: 'status',
			words: { timeout: 'timed_out', completed: 'SUCCESS', queued: 'pending' },
		},
	],
	[
		'the dashboard’s records and declarations',
		{ records: 'dashboard', workflows: 'typed', failureText: 'none' },
	],
	['the dashboard’s records in sparse pages', { records: 'dashboard', listEntries: 'sparse' }],
	['a gateway before it all', { errors: 'html', notReady: 404 }],
];
