/** A JSON Schema (draft 2020-12, of which these use the part that draft 7 shares). */
export type Schema = Record<string, unknown>;

export const string: Schema = { type: 'string' };
export const integer: Schema = { type: 'integer' };
export const textOrNull: Schema = { anyOf: [{ type: 'string' }, { type: 'null' }] };
export const integerOrNull: Schema = { anyOf: [integer, { type: 'null' }] };
export const listOf = (items: Schema): Schema => ({ type: 'array', items });
export const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });

/** An object with these keys and no other; all are required unless named in `optional`. */
export const object = (properties: Record<string, Schema>, optional: string[] = []): Schema => ({
	type: 'object',
	properties,
	required: Object.keys(properties).filter((name) => !optional.includes(name)),
	additionalProperties: false,
});

/** What every 200 body is wrapped in (OpenAPI: the `…Wrapper` schemas). */
export const envelope = (data: Schema): Schema =>
	object(
		{
			status: string,
			data,
			errors: { anyOf: [string, listOf(string), { type: 'null' }] },
			meta: { anyOf: [{ type: 'object' }, { type: 'null' }] },
		},
		['errors', 'meta'],
	);

const run = object({
	workflow_id: string,
	group_id: textOrNull,
	status: string,
	inputs: listOf({ type: 'object' }),
	output_names: listOf(string),
	outputs: listOf({ type: 'object' }),
	created_at: string,
	started_at: textOrNull,
	completed_at: textOrNull,
});

/**
 * The vendor's OpenAPI 2.0.0 ("FlowScale ComfyUI API", 2025-08-21) restated, stricter in one point:
 * keys that it does not name are refused, so that whatever else a deployment says must stand in the
 * list of deviations.
 */
export const vendorSchemas: Record<string, Schema> = {
	/** ComfyHealthCheckResponse */
	Health: object({ url: string, status: string }),
	HealthBody: envelope(listOf(ref('Health'))),
	/** ComfyQueueResponseItem; its `queue` is an object without further words */
	Queue: object({ comfy_uri: string, queue: { type: 'object' } }),
	QueueBody: envelope(listOf(ref('Queue'))),
	/** ComfyRunResponse, inside an array */
	Started: object({ run_id: string, workflow_id: string }),
	StartedBody: envelope(listOf(ref('Started'))),
	/** RunDetailResponse */
	Run: run,
	RunBody: envelope(ref('Run')),
	/** RunDetailResponse once more, where a list holds it */
	RunEntry: run,
	/** RunListResponse */
	RunList: object({ group_id: string, count: integer, runs: listOf(ref('RunEntry')) }),
	RunListBody: envelope(ref('RunList')),
	/** RunOutputResponse */
	Output: object({ download_url: string, generation_status: string }),
	OutputBody: envelope(ref('Output')),
	/** HTTPValidationError */
	InvalidBody: object(
		{
			detail: listOf(
				object({ loc: listOf({ anyOf: [string, integer] }), msg: string, type: string }),
			),
		},
		['detail'],
	),
};
