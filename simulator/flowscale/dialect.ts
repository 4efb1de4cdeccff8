/** The life of a run, in our words; `words` of the dialect says what the service calls them. */
export type RunState = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'timeout';

/**
 * The attested ways to speak, by switch (protocols: discrepancies, open questions). The first of
 * each is the default: what the newest SDK readmes show, and where no source decides, the way that
 * helps a client least.
 */
export const dialectChoices = {
	/**
	 * Body of a start: now as object or array, before mid-2025 with output names, at first with a
	 * file name only.
	 */
	start: ['object', 'array', 'oldObject', 'oldArray', 'oldest'],
	/**
	 * Run list: `meta` and pages; `group_id`, `count` and all runs; or that without run ids and with
	 * `group_id` required.
	 */
	list: ['paged', 'grouped', 'openapi'],
	/** Is `page_size` honoured, or are there always ten runs on a page, and no `meta`? */
	pageSizes: ['honoured', 'ignored'],
	/** Entries of a run list: whole runs, or id, status and outputs only. */
	listEntries: ['full', 'sparse'],
	/** 422 when a list is asked without `group_id`. */
	groupRequired: [false, true],
	/** Labels in health and queue: `container`, or `url` and `comfy_uri`. */
	containers: ['container', 'url'],
	/** Queue entries: number and id, ComfyUI's five elements, or objects. */
	queueEntries: ['pair', 'comfyui', 'object'],
	/**
	 * Workflow list: array with JSON texts, `data.workflows` with objects, the dashboard's
	 * declarations, or no such endpoint (404).
	 */
	workflows: ['sdk', 'beta', 'typed', 'none'],
	/**
	 * Records of runs and outputs: as pods are documented, or with the further fields that the
	 * dashboard's own client reads, where the text of an output stands in `data` (protocols: a second
	 * dialect of the vendor's types).
	 */
	records: ['pod', 'dashboard'],
	/** Key of the id in a run's detail. */
	runIds: ['_id', 'run_id', 'absent'],
	outputNames: ['withoutExtension', 'withExtension', 'missing'],
	/** Are there links in a run's `outputs`, or only S3 keys? */
	outputLinks: [true, false],
	/** Whether a run shows when it began to work. */
	startTimes: [true, false],
	/** Values of numeric inputs in a run's detail: as sent, or as JSON numbers. */
	inputValues: ['text', 'typed'],
	/** Event streams, or no such endpoint (404). */
	events: ['sse', 'none'],
	/** Text outputs inline, or by link like any other. */
	textOutputs: ['file_content', 'download_url'],
	/** Cancelling, or no such endpoint (404). */
	cancel: ['post', 'none'],
	/** Answer to a cancel that comes too late. */
	cancelFinished: [200, 400, 409],
	/** Output endpoint before there is an output. */
	notReady: [204, 404, 'in_progress', 'empty200'],
	/**
	 * A run that timed out: 408 at the output endpoint while its status stays `running`, or a status
	 * word as well.
	 */
	runTimeout: ['408', 'status'],
	/**
	 * Where the reason of a failed run stands: a key of the run, `errors` beside `data`, or nowhere.
	 */
	failureText: ['error', 'error_message', 'errors', 'none'],
	/** Body of an error other than 422. */
	errors: ['errors', 'errorsList', 'detail', 'errorObject', 'html'],
	timestamps: ['seconds', 'millis', 'micros', 'offset', 'noZone', 'epochSeconds', 'epochMillis'],
	/** Does the download host announce the length? */
	lengths: [true, false],
	/** Content type of downloads: the file's own, or S3's default. */
	downloadTypes: ['exact', 'octet'],
} as const;

type Choices = typeof dialectChoices;

/** Which of the ways a simulated deployment speaks. */
export type Dialect = { -readonly [Switch in keyof Choices]: Choices[Switch][number] } & {
	/** Status words that differ from ours. */
	words: Partial<Record<RunState, string>>;
};

const firstChoices = Object.entries(dialectChoices).map(([name, [first]]) => [name, first]);

export const defaultDialect = { ...Object.fromEntries(firstChoices), words: {} } as Dialect;

/**
 * The dialect of the vendor's OpenAPI file, to the letter. What the file leaves out is left out
 * here.
 */
export const openapiDialect: Dialect = {
	...defaultDialect,
	start: 'array',
	list: 'openapi',
	groupRequired: true,
	containers: 'url',
	workflows: 'none',
	runIds: 'absent',
	events: 'none',
	textOutputs: 'download_url',
	cancel: 'none',
	failureText: 'none',
};
