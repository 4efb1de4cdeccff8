import fc from 'fast-check';

/** Keys that services send, and keys that would break an object. */
const KEYS = [
	'status',
	'data',
	'errors',
	'meta',
	'error',
	'message',
	'detail',
	'loc',
	'msg',
	'run_id',
	'runId',
	'_id',
	'id',
	'workflow_id',
	'workflows',
	'group_id',
	'inputs',
	'outputs',
	'output_names',
	'path',
	'value',
	'url',
	's3_key',
	'filename',
	'file_content',
	'download_url',
	'generation_status',
	'created_at',
	'started_at',
	'completed_at',
	'runs',
	'name',
	'title',
	'type',
	'total_pages',
	'total_count',
	'__proto__',
	'constructor',
	'prototype',
	'toString',
	'hasOwnProperty',
	'then',
	'',
];
const WORDS = [
	'completed',
	'FAILED',
	'running',
	'success',
	'timeout',
	'2024-01-15T10:30:00Z',
	'2024-13-99',
	'{"a":"image"}',
	'[["x"]]',
	'{"__proto__":{"polluted":1}}',
	'../../etc/passwd',
	'https://x.test/a.png',
	'-1e999',
	'\ud800',
	'\u202e',
	'\u0000',
];

const leaf = fc.oneof(
	fc.constantFrom(...WORDS),
	fc.string({ unit: 'binary', maxLength: 40 }),
	fc.double(),
	fc.integer(),
	fc.maxSafeInteger(),
	fc.constantFrom(null, true, false, 1e308, -0, 5e-324, 2 ** 53),
);

/**
 * JSON as a hostile service would write it: known keys with values of any shape, `__proto__` as an
 * own key.
 */
export const hostileJson = fc.letrec<{ value: unknown; record: unknown; list: unknown }>((tie) => ({
	value: fc.oneof({ maxDepth: 6, withCrossShrink: true }, leaf, tie('record'), tie('list')),
	list: fc.array(tie('value'), { maxLength: 5 }),
	record: fc
		.array(
			fc.tuple(
				fc.oneof(
					{ weight: 5, arbitrary: fc.constantFrom(...KEYS) },
					{ weight: 1, arbitrary: fc.string({ maxLength: 10 }) },
				),
				tie('value'),
			),
			{ maxLength: 8 },
		)
		.map(
			(pairs) =>
				JSON.parse(
					`{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value) ?? 'null'}`).join(',')}}`,
				) as unknown,
		),
})).value;

/** A value nested this deep, which a careless recursion would not survive. */
export const deepJson = fc
	.integer({ min: 100, max: 3_000 })
	.chain((depth) =>
		fc
			.constantFrom('{"inputs":', '{"data":', '[')
			.map(
				(open) =>
					JSON.parse(
						open.repeat(depth) + '1' + (open === '[' ? ']' : '}').repeat(depth),
					) as unknown,
			),
	);

export const hostileName = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 320 }),
	fc.constantFrom(
		'',
		'.',
		'..',
		'/',
		'\\',
		'\u0000',
		'a'.repeat(300),
		`${'😀'.repeat(150)}.png`,
		'CON',
		'.png',
		'a.png/',
		'../../a.png',
		'a\r\nX: y.png',
		'"; filename="b',
		'a.__proto__',
		'a.constructor',
	),
);
export const hostileType = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 60 }),
	fc.constantFrom(
		'image/png',
		'text/html; charset=x',
		'image/png\r\nX-Evil: 1',
		'a/b/c',
		'/',
		'constructor',
		'application/octet-stream',
	),
);

/** Bytes of an event stream, valid and broken lines mixed, cut anywhere. */
export const streamChunks = fc
	.array(
		fc.oneof(
			fc
				.constantFrom(
					'data: ',
					'data',
					'id: 7',
					'id: \u0000',
					'event: run_status',
					'retry: x',
					':',
					'\n',
					'\r',
					'\r\n',
					'\n\n',
					'{"status":"completed"}',
					'\ufeff',
					'data: {"status":"failed"}\n\n',
				)
				.map((text) => Buffer.from(text)),
			fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
		),
		{ maxLength: 30 },
	)
	.chain((pieces) => {
		const whole = Buffer.concat(pieces);
		return fc.array(fc.nat({ max: Math.max(1, whole.length) }), { maxLength: 12 }).map((cuts) => {
			const slots = [0, ...cuts.sort((a, b) => a - b), whole.length];
			return slots.slice(1).map((end, index) => whole.subarray(slots[index], end));
		});
	});
