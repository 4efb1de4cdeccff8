import fc from 'fast-check';
import { cleanText, failureText, ServiceError } from '../../nodes/core/errors';
import { readEvents, type ServerEvent } from '../../nodes/core/http/eventStream';
import { safeFileName, mimeTypeOfUpload } from '../../nodes/core/files/fileType';
import { isSameRun } from '../../nodes/core/runs/matchRun';
import { hasUnknownEnd } from '../../nodes/core/runs/run';
import { buildForm } from '../../nodes/core/files/upload';
import { classifyNetworkError } from '../../nodes/core/http/networkError';
import { retryAfterMs } from '../../nodes/core/http/retry';
import { readErrorText } from '../../nodes/core/runs/errorText';
import { readEnvelope, readOne, readRun } from '../../nodes/Flowscale/api/readers';
import { meaningOf } from '../../nodes/Flowscale/runs/watching';
import { readWorkflows } from '../../nodes/Flowscale/api/workflows';
import { takesFile } from '../../nodes/Flowscale/inputs/inputKind';
import { Readable } from '../../simulator/platform';
import { checkDownload, downloadWorld } from './downloads';
import { deepJson, hostileJson, hostileName, hostileType, streamChunks } from './hostile';

/** One thing that must hold whatever the service sends. */
export interface Law {
	name: string;
	/** Of a hundred cases. */
	share: number;
	property: fc.IRawProperty<unknown>;
}

const holds = (isTrue: boolean, what: string) => {
	if (!isTrue) throw new Error(what);
};
const isUnpolluted = () =>
	holds(
		Reflect.ownKeys(Object.prototype).length === ownKeysAtFirst && !('polluted' in {}),
		'Object.prototype was changed',
	);
const ownKeysAtFirst = Reflect.ownKeys(Object.prototype).length;

const RUN_KEYS =
	'completed_at created_at duration_seconds error_message finished group_id inputs output_names outputs progress run_id started_at state status workflow_id';

function readEverything(body: unknown): void {
	const { data } = readEnvelope(body);
	for (const record of [readOne(data), readOne(body)]) {
		const run = readRun(record ?? {});
		holds(Object.keys(run).sort().join(' ') === RUN_KEYS, 'a run has other keys');
		holds(
			run.finished ===
				(['succeeded', 'failed', 'cancelled', 'timed_out'].includes(run.state) ||
					hasUnknownEnd(run)),
			'finished and state disagree',
		);
		holds(Object.getPrototypeOf(run.inputs) === Object.prototype, 'the inputs are no plain object');
		holds(
			run.outputs.every(({ filename }) => typeof filename === 'string' && filename !== ''),
			'an output has no name',
		);
		holds(
			run.error_message === null || run.state === 'failed',
			'an error of a run that did not fail',
		);
		isSameRun(run, { workflowId: 'w', texts: { a: 'x', b: ['y'] }, fileNames: ['constructor'] });
	}
	for (const { workflow } of [...readWorkflows(data), ...readWorkflows(body)])
		for (const parameter of workflow.inputs) takesFile(parameter);
	const words = readErrorText(body);
	holds(words === undefined || typeof words === 'string', 'an error text is no text');
	holds(cleanText(words ?? '').length <= 501, 'an error text is too long');
	meaningOf({ id: undefined, event: undefined, data: JSON.stringify(body) ?? '' });
	isUnpolluted();
}

async function eventsOf(chunks: Buffer[]): Promise<ServerEvent[]> {
	const events: ServerEvent[] = [];
	for await (const event of readEvents(Readable.from(chunks.filter(({ length }) => length > 0))))
		events.push(event);
	return events;
}

export const laws: Law[] = [
	{
		name: 'any JSON is read as a run, workflows, error and event without a crash',
		share: 52,
		property: fc.property(hostileJson, readEverything),
	},
	{ name: 'JSON of any depth is read', share: 3, property: fc.property(deepJson, readEverything) },
	{
		name: 'a file name has no path, no control characters, at most 200 characters, and is never empty',
		share: 14,
		property: fc.property(hostileName, fc.option(hostileType), (name, type) => {
			const safe = safeFileName(name, typeof type === 'string' ? type : null);
			holds(safe.length > 0 && safe.length <= 200, 'its length');
			holds(!/[\\/\p{Cc}\p{Cf}]/u.test(safe) && !/^\.+$/.test(safe), 'its characters');
		}),
	},
	{
		name: 'the MIME type of an upload is one, whatever is claimed',
		share: 8,
		property: fc.property(hostileName, hostileType, (name, type) =>
			holds(/^[\w.+-]+\/[\w.+-]+$/.test(mimeTypeOfUpload(name, type)), 'no MIME type'),
		),
	},
	{
		name: 'service text is one clean line',
		share: 8,
		property: fc.property(
			fc.oneof(
				fc.string({ unit: 'binary', maxLength: 3_000 }),
				fc
					.array(fc.constantFrom('<html>', '<', '>', '</script>', '<script>', 'x', '\n'))
					.map((parts) => parts.join('')),
			),
			(text) => {
				for (const clean of [cleanText(text), failureText(new ServiceError(text))])
					holds(!/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(clean) && clean.length <= 501, 'not clean');
			},
		),
	},
	{
		name: 'Retry-After is nothing or a time',
		share: 3,
		property: fc.property(fc.string(), (header) =>
			holds((retryAfterMs(header, 0) ?? 0) >= 0, 'a time before now'),
		),
	},
	{
		name: 'any error of the way is a loss',
		share: 3,
		property: fc.property(hostileJson, (thrown) =>
			holds(['no', 'perhaps'].includes(classifyNetworkError(thrown).reached), 'no loss'),
		),
	},
	{
		name: 'an event stream gives the same events wherever it is cut',
		share: 5,
		property: fc.asyncProperty(streamChunks, async (chunks) => {
			const [cut, whole] = [await eventsOf(chunks), await eventsOf([Buffer.concat(chunks)])];
			holds(
				JSON.stringify(cut) === JSON.stringify(whole),
				`${JSON.stringify(cut)} instead of ${JSON.stringify(whole)}`,
			);
			for (const event of cut) meaningOf(event);
		}),
	},
	{
		name: 'what is downloaded is the file, byte by byte, or an error, in bounded time and memory',
		share: 3,
		property: fc.asyncProperty(downloadWorld, checkDownload),
	},
	{
		name: 'a form carries any bytes under any names, in as many parts as were put in',
		share: 1,
		property: fc.asyncProperty(
			fc.dictionary(
				fc.string({ minLength: 1, maxLength: 20 }),
				fc.string({ unit: 'binary', maxLength: 50 }),
			),
			hostileName.filter((name) => name !== ''),
			fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 5 }),
			async (texts, fileName, chunks) => {
				const whole = Buffer.concat(chunks);
				const form = buildForm(texts, [
					[
						'file',
						{
							fileName,
							mimeType: 'image/png',
							bytes: whole.length,
							open: async () => Readable.from(chunks),
						},
					],
				]);
				const body = new Request('http://x.test/', { method: 'POST', body: form.body });
				const parsed = await body.formData();
				const names = [...parsed.keys()];
				holds(names.length === Object.keys(texts).length + 1, `${names.length} parts`);
				const file = parsed.getAll('file').at(-1);
				holds(
					file instanceof Blob && Buffer.from(await file.arrayBuffer()).equals(whole),
					'other bytes',
				);
			},
		),
	},
];

/** Runs each law its share of this many cases. @throws with the smallest case that breaks one */
export async function runLaws(
	cases: number,
	seed: number | undefined,
	received: (name: string, runs: number) => void,
): Promise<number> {
	let total = 0;
	for (const { name, share, property } of laws) {
		const numRuns = Math.ceil((cases * share) / 100);
		const details = await fc.check(property, { numRuns, seed, endOnFailure: true });
		if (details.failed) throw new Error(`${name}\n${fc.defaultReportMessage(details) ?? ''}`);
		total += details.numRuns;
		received(name, details.numRuns);
	}
	return total;
}
