import { json } from '../answer';
import { bringsForm, receiveForm, type ReceivedPart } from '../receiveForm';
import { failure, invalid, missing, unprocessable, type Invalidity } from './failures';
import type { Operation, Service } from './service';
import { outputNames } from './showRun';
import { isOver, type SimulatedRun } from './simulatedRun';
import type { InputType, SimulatedWorkflow } from './simulatedWorkflow';

const isJson = (text: string): boolean => {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
};

const isFileText = (text: string) => /^(https?:\/\/|data:)/.test(text);

/**
 * What a text part must look like (protocols: value encoding). A file part fits file types only.
 */
const fits: Record<InputType, (text: string) => boolean> = {
	string: () => true,
	number: (text) => text.trim() !== '' && Number.isFinite(Number(text)),
	int: (text) => /^-?\d+$/.test(text.trim()),
	boolean: (text) => /^(true|false)$/i.test(text),
	json: isJson,
	image: isFileText,
	video: isFileText,
	audio: isFileText,
};

const isFileType = (type: InputType) => type === 'image' || type === 'video' || type === 'audio';

/**
 * What was sent for an input: under its name, once per value, or as the Python SDK sends a list,
 * under `name_0`, `name_1` and so on (protocols: value encoding).
 */
function partsOf(name: string, parts: ReceivedPart[]): ReceivedPart[] {
	const named = parts.filter((part) => part.name === name);
	if (named.length > 0) return named;
	const indexed = (index: number) => parts.find((part) => part.name === `${name}_${index}`);
	const found: ReceivedPart[] = [];
	for (let part = indexed(0); part !== undefined; part = indexed(found.length)) found.push(part);
	return found;
}

function complaints(workflow: SimulatedWorkflow, parts: ReceivedPart[]): Invalidity[] {
	return workflow.inputs.flatMap(({ name, type, required = true }) => {
		const given = partsOf(name, parts);
		if (given.length === 0) return required ? [missing('body', name)] : [];
		return given
			.filter(({ file, value }) => (file ? !isFileType(type) : !fits[type](value)))
			.map(() => invalid(`Invalid value for ${type}`, 'body', name));
	});
}

/** The five bodies a start has had (protocols: execute). */
function started(run: SimulatedRun, { dialect }: Service): unknown {
	const now = { run_id: run.id, workflow_id: run.workflowId };
	const old = { run_id: run.id, output_names: outputNames(run, dialect), node_errors: {} };
	switch (dialect.start) {
		case 'object':
			return { status: 'success', data: now };
		case 'array':
			return { status: 'success', data: [now], errors: null, meta: null };
		case 'oldObject':
			return { status: 'success', data: { number: 0, ...old } };
		case 'oldArray':
			return { status: 'success', data: [old] };
		case 'oldest':
			return { status: 'success', filename: outputNames(run, dialect)[0] };
	}
}

/** `POST /runs`: takes the form and queues a run; answers at once. */
export const startRun: Operation = async (service, { message, entry }) => {
	const { workflows, store, containers, dialect } = service;
	const { workflow_id: workflowId, group_id: groupId = null } = entry.query;
	if (!workflowId) return unprocessable(missing('query', 'workflow_id'));
	if (!bringsForm(message)) return unprocessable(invalid('Expected a form', 'body'));

	const parts = await receiveForm(message).catch((error: Error) => {
		// the sender went away: there is nobody to answer, and nothing was started
		if (message.destroyed && !message.complete) throw error;
	});
	if (!parts) return failure(400, 'There was an error parsing the body', 'detail');
	entry.parts = parts;

	const workflow = workflows.find(({ id }) => id === workflowId);
	if (!workflow) return failure(404, 'Workflow not found', dialect.errors);
	const wrong = complaints(workflow, parts);
	if (wrong.length > 0) return unprocessable(...wrong);

	if (store.all.filter((other) => !isOver(other)).length >= service.runsAtATime)
		return failure(429, 'Too many runs at a time', dialect.errors);
	const run = store.add(workflow, groupId, parts);
	entry.runId = run.id;
	containers.submit(run);
	return json(200, started(run, service));
};
