import type { Dialect } from './dialect';
import type { Links } from './links';
import type { ReceivedPart } from '../receiveForm';
import { isOver, type SimulatedOutput, type SimulatedRun } from './simulatedRun';
import { timestamp } from './timestamps';

export interface View {
	dialect: Dialect;
	links: Links;
	/** Ms between a run's end and its outputs being there. */
	outputDelayMs: number;
}

/** The service's word for where a run stands. */
export function statusWord(run: SimulatedRun, dialect: Dialect): string {
	const state = run.state === 'timeout' && dialect.runTimeout === '408' ? 'running' : run.state;
	return dialect.words[state] ?? state;
}

/** Whether the run has succeeded and the output is available by now. */
export const hasOutput = (
	run: SimulatedRun,
	{ source }: SimulatedOutput,
	{ outputDelayMs }: View,
): boolean =>
	run.state === 'completed' &&
	run.completedAt !== null &&
	Date.now() >= run.completedAt + outputDelayMs + (source.lateMs ?? 0);

/**
 * Names of outputs as the dialect writes them; none while the run is queued (protocols: run detail,
 * "until known").
 */
export function outputNames(run: SimulatedRun, dialect: Dialect): string[] {
	return run.outputs.map(({ name, source }) =>
		dialect.outputNames === 'withExtension' ? `${name}.${source.extension}` : name,
	);
}

const inputPath = (run: SimulatedRun, index: number): string =>
	`/inputs/${run.id}/${index}/${run.parts[index].value.replace(/[/\\]/g, '_')}`;

export const outputPath = (run: SimulatedRun, file: string): string =>
	`/generations/${run.id}/${file}`;

function shownInput(
	run: SimulatedRun,
	part: ReceivedPart,
	index: number,
	{ dialect, links }: View,
) {
	const type = run.workflow.inputs.find(({ name }) => name === part.name)?.type;
	const isNumeric =
		!part.file && (type === 'int' || type === 'number') && dialect.inputValues === 'typed';
	return {
		path: part.name,
		value: isNumeric ? Number(part.value) : part.value,
		s3_key: part.file ? inputPath(run, index).slice(1) : null,
		url: part.file ? links.sign(inputPath(run, index)) : null,
	};
}

/** Further fields of an output in the dashboard's records; a text stands in `data`. */
function dashboardOutput(
	run: SimulatedRun,
	{ source }: SimulatedOutput,
	index: number,
	isInline: boolean,
) {
	const content = isInline ? source.make(run, index) : undefined;
	return {
		content_type: source.mimeType,
		label: `Result ${index + 1}`,
		parameter_name: source.name,
		node_id: /\d+$/.exec(source.name)?.[0] ?? '0',
		...(Buffer.isBuffer(content) ? { data: content.toString(), size: content.length } : {}),
	};
}

function shownOutputs(run: SimulatedRun, view: View) {
	const there = run.outputs.filter((output) => hasOutput(run, output, view));
	return there.flatMap((output) =>
		output.files.map((filename, index) => {
			const { source } = output;
			// a text that is given inline has no object in the bucket
			const isInline = source.type === 'text' && view.dialect.textOutputs === 'file_content';
			return {
				filename,
				s3_key: isInline ? null : outputPath(run, filename).slice(1),
				url:
					isInline || !view.dialect.outputLinks ? null : view.links.sign(outputPath(run, filename)),
				...(view.dialect.records === 'dashboard'
					? dashboardOutput(run, output, index, isInline)
					: {}),
			};
		}),
	);
}

/** Percent of the work that is done; null where none is reported. */
const progressOf = ({ state }: SimulatedRun): number | null =>
	(({ running: 50, completed: 100 }) as Partial<Record<string, number>>)[state] ?? null;

/** Further fields of a run in the dashboard's records (protocols: a second dialect). */
function dashboardRun(run: SimulatedRun, { dialect }: View) {
	const { startedAt, completedAt } = run;
	return {
		pod_id: 'pod_123',
		cluster_id: 'cluster_123',
		project_id: 'project_123',
		project_name: 'Simulated',
		workflow_name: run.workflow.name,
		trigger_type: 'api',
		canvas_id: null,
		prompt_id: run.promptId,
		container_id: run.container === null ? null : `container_${run.container + 1}`,
		error: dialect.failureText === 'none' ? null : run.errorText,
		progress: progressOf(run),
		execution_time_ms: startedAt === null || completedAt === null ? null : completedAt - startedAt,
		can_regenerate: isOver(run),
		regenerations: [],
		output_metadata: [],
	};
}

/**
 * A run as `GET /runs/{id}` and the run lists show it (protocols: run detail).
 * `idKey` is null where the OpenAPI is followed to the letter, which knows neither run id nor team.
 */
export function showRun(
	run: SimulatedRun,
	view: View,
	idKey: '_id' | 'run_id' | null,
): Record<string, unknown> {
	const { dialect } = view;
	const at = (ms: number | null) => (ms === null ? null : timestamp(ms, dialect.timestamps));
	const isSilentTimeout = run.state === 'timeout' && dialect.runTimeout === '408';
	const tellsFailure =
		run.errorText !== null &&
		(dialect.failureText === 'error' || dialect.failureText === 'error_message');
	return {
		...(idKey ? { [idKey]: run.id, team_id: run.teamId } : {}),
		workflow_id: run.workflowId,
		group_id: run.groupId,
		status: statusWord(run, dialect),
		inputs: run.parts.map((part, index) => shownInput(run, part, index, view)),
		...(dialect.outputNames === 'missing'
			? {}
			: { output_names: run.state === 'queued' ? [] : outputNames(run, dialect) }),
		outputs: shownOutputs(run, view),
		created_at: at(run.createdAt),
		...(dialect.startTimes ? { started_at: at(run.startedAt) } : {}),
		completed_at: isSilentTimeout ? null : at(run.completedAt),
		...(tellsFailure ? { [dialect.failureText]: run.errorText } : {}),
		...(dialect.records === 'dashboard' ? dashboardRun(run, view) : {}),
	};
}
