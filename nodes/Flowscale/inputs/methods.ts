import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import { cleanText, hasStatus, readable, ServiceError, toNodeError } from '../../core/errors';
import { type JsonRecord, listOf, recordOf, textAt } from '../../core/json';
import { type Run, timeOf } from '../../core/runs/run';
import { type FlowscaleApi, newestFirst, type RunPage } from '../api/api';
import { isTooLong } from '../api/runPages';
import type { DeclaredInput, ListedWorkflow } from '../api/workflows';
import { chosenId } from './chosenId';
import { askForEditor, ONCE } from './editorCall';
import { formTypeOf, labelOf, takesFile } from './inputKind';

/** A longer ID is refused by the node. */
const LONGEST_OFFERED = 200;
/** Characters that take no place on screen, in front of what n8n would evaluate. */
const UNSEEN_START = /^[\s\p{Default_Ignorable_Code_Point}]+/u;

/**
 * Whether a text of the service may become a parameter. n8n evaluates what begins with `=`, and our
 * nodes refuse what holds `{{`: a deployment must not get its expressions into a workflow. Texts
 * with invisible characters, such as line breaks and marks that turn the direction of writing, are
 * not offered, either.
 */
export function isOfferable(text: string): boolean {
	const seen = text.replace(UNSEEN_START, '');
	return (
		text.length <= LONGEST_OFFERED &&
		seen !== '' &&
		!seen.startsWith('=') &&
		!text.includes('{{') &&
		text !== '__proto__' &&
		!/[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u.test(
			text,
		)
	);
}

/** What the list shows; `toNodeError` gives the editor the status and what to do. */
async function askForList<T>(
	context: ILoadOptionsFunctions,
	ask: (api: FlowscaleApi) => Promise<T>,
): Promise<T> {
	try {
		return await askForEditor(context, ask);
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

/**
 * The searchable list of deployed workflows. A wrong Base URL and a deployment without such a list
 * give the same answer, and an empty list would explain neither.
 */
export async function searchWorkflows(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const listed = await askForList(this, listedWorkflows);
	const results = listed
		.map(({ workflow: { name, workflow_id: value, description } }) => ({
			name: name.length > LONGEST_OFFERED ? cleanText(name, LONGEST_OFFERED - 1) : name,
			value,
			description: description === null ? undefined : cleanText(description),
		}))
		.filter(({ name, value }) => isOfferable(name) && isOfferable(value))
		.filter(({ name, value }) => isFound(filter, name, value))
		.sort((a, b) => a.name.localeCompare(b.name));
	return { results };
}

async function listedWorkflows(api: FlowscaleApi): Promise<ListedWorkflow[]> {
	const listed = await api.workflows(ONCE);
	if (listed !== undefined) return listed;
	throw new ServiceError('This deployment has no list of workflows', {
		status: 404,
		hint: 'Choose By ID, and take the ID from the deployment’s API dashboard. If nothing else works either, check the Base URL in the credential: it is the deployment’s address, and the deployment must be started as API Server.',
	});
}

const isFound = (filter: string | undefined, ...texts: string[]) => {
	const wanted = filter?.trim().toLowerCase() ?? '';
	return texts.some((text) => text.toLowerCase().includes(wanted));
};

const RUNS_PER_PAGE = 50;
const RUNS_OF_SHORT_PAGE = 5;

/**
 * The newest runs, as "Text to Image · succeeded · 05:38"; searchable by any of the words, and by
 * ID.
 */
export async function searchRuns(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const page = Math.max(1, Number(paginationToken ?? 1) || 1);
	const [{ runs, pages }, names] = await askForList(
		this,
		async (api) => await Promise.all([newestRuns(api, page), namesOfWorkflows(api)]),
	);
	const zone = this.getTimezone();
	const results = runs
		.flatMap(({ run }): INodeListSearchItems[] => {
			const { run_id: value, workflow_id: workflow } = run;
			const name = describeRun(run, names.get(workflow ?? ''), zone, Date.now());
			return value === null || !isOfferable(value) || !isOfferable(name) ? [] : [{ name, value }];
		})
		.filter(({ name, value }) => isFound(filter, name, String(value)));
	const hasMore = pages !== undefined && page < pages && runs.length > 0;
	return hasMore ? { results, paginationToken: String(page + 1) } : { results };
}

/** Inputs may hold files as text. Then the first page is a short one, and the only one. */
async function newestPage(api: FlowscaleApi, page: number): Promise<RunPage> {
	const query = { ...newestFirst(), page };
	const found = await api
		.runs({ ...query, pageSize: RUNS_PER_PAGE }, ONCE)
		.catch((error: unknown) => {
			if (page === 1 && isTooLong(error)) return undefined;
			throw error;
		});
	if (found !== undefined) return found;
	return { ...(await api.runs({ ...query, pageSize: RUNS_OF_SHORT_PAGE }, ONCE)), pages: 1 };
}

async function newestRuns(api: FlowscaleApi, page: number) {
	const found = await newestPage(api, page).catch((error: unknown) => {
		throw hasStatus(error, 422)
			? new ServiceError('This deployment lists the runs of one group only', {
					status: 422,
					hint: 'Choose By ID, and enter the ID of the run.',
				})
			: error;
	});
	const newestFirst = [...found.runs].sort(
		(a, b) => (timeOf(b.run.created_at) || 0) - (timeOf(a.run.created_at) || 0),
	);
	return { runs: newestFirst, pages: found.pages };
}

/** Names by ID; a list of runs without names is better than none. */
async function namesOfWorkflows(api: FlowscaleApi): Promise<Map<string, string>> {
	const listed = await api.workflows(ONCE).catch(() => undefined);
	return new Map(
		(listed ?? []).map(({ workflow }) => [workflow.workflow_id, workflow.name] as const),
	);
}

const DAY_MS = 86_400_000;

/** "Text to Image · succeeded · 05:38", with the date where the run is older than a day. */
function describeRun(
	{ workflow_id, state, created_at, run_id }: Run,
	workflow: string | undefined,
	timeZone: string,
	nowMs: number,
): string {
	const createdMs = timeOf(created_at);
	const date = nowMs - createdMs > DAY_MS ? ({ day: 'numeric', month: 'short' } as const) : {};
	const time = Number.isNaN(createdMs)
		? `${run_id}`
		: new Intl.DateTimeFormat('en-GB', {
				...date,
				hour: '2-digit',
				minute: '2-digit',
				timeZone,
			}).format(createdMs);
	return [workflow ?? workflow_id ?? 'Run', state.replace('_', ' '), time].join(' · ');
}

/**
 * The form of the chosen workflow's declared inputs. If the form cannot be made, the reason takes
 * its place, since n8n shows no errors there.
 */
export async function getWorkflowInputs(
	this: ILoadOptionsFunctions,
): Promise<ResourceMapperFields> {
	const id = chosenWorkflow(this);
	if (id === undefined)
		return notice(
			'The workflow is chosen by an expression, so its inputs are not known yet. Choose it from the list to load the form, or specify the inputs using JSON.',
		);
	try {
		const listed = await askForEditor(this, async (api) => await api.workflows(ONCE));
		return formOf(listed, id);
	} catch (error) {
		const { message, description = '' } = readable(error);
		const kept = savedFields(this, id);
		// n8n shows it as HTML, in which no tag begins without this character.
		const text = `${message.replace(/\.$/, '')}. ${description}`.replace(/</g, ' ').trim();
		return { fields: kept, emptyFieldsNotice: text };
	}
}

const notice = (emptyFieldsNotice: string): ResourceMapperFields => ({
	fields: [],
	emptyFieldsNotice,
});

/** The chosen workflow's ID; undefined while an expression gives none. */
function chosenWorkflow(context: ILoadOptionsFunctions): string | undefined {
	const id = chosenId(context.getNodeParameter('workflowId', '', { extractValue: true }));
	return id !== undefined && isOfferable(id) ? id : undefined;
}

function formOf(listed: ListedWorkflow[] | undefined, id: string): ResourceMapperFields {
	if (listed === undefined)
		return notice(
			'This deployment does not report the inputs of its workflows. Use JSON instead; the names are in its API dashboard.',
		);
	const found = listed.find(({ workflow }) => workflow.workflow_id === id);
	if (found === undefined)
		return notice('This workflow is not deployed here. Choose another one, or use JSON.');
	const fields = found.declared
		.filter(({ name }) => isOfferable(name))
		.map((input) => fieldOf(input, id));
	return fields.length > 0 ? { fields } : notice('This workflow has no inputs to fill in.');
}

/**
 * The editor takes a form without fields for a new form, and forgets what was filled in. While the
 * deployment does not answer, the saved form stays as it is.
 */
function savedFields(context: ILoadOptionsFunctions, id: string): ResourceMapperField[] {
	const mapper = recordOf(context.getNodeParameter('inputs', {}));
	return listOf(mapper?.schema).flatMap((entry) => {
		const field: JsonRecord | undefined = recordOf(entry);
		const isOfWorkflow = [undefined, id].includes(textAt(field, 'workflowId'));
		return field !== undefined && isOfWorkflow ? [field as unknown as ResourceMapperField] : [];
	});
}

/**
 * A field of the form, and what we must know of it later: n8n keeps the whole field with the node.
 */
interface FormField extends ResourceMapperField {
	/** The service's word for the input's type. */
	declaredType: string;
	/** The workflow that declares it. */
	workflowId: string;
}

const YES_OR_NO = [
	{ name: 'Yes', value: 'true' },
	{ name: 'No', value: 'false' },
];

/** The values to choose from: yes and no, or those that the deployment names for a text. */
function optionsOf(input: DeclaredInput): FormField['options'] {
	const type = formTypeOf(input);
	if (type === 'options') return YES_OR_NO;
	const choices = (input.choices ?? []).filter(isOfferable);
	if (type !== 'string' || takesFile(input) !== 'no' || choices.length === 0) return undefined;
	return choices.map((value) => ({ name: value, value }));
}

function fieldOf(input: DeclaredInput, workflowId: string): FormField {
	const { label, ...unlabelled } = input;
	const options = optionsOf(input);
	const type = options === undefined ? formTypeOf(input) : 'options';
	const isFile = ['yes', 'likely'].includes(takesFile(input));
	return {
		id: input.name,
		displayName: labelOf(label !== undefined && isOfferable(label) ? input : unlabelled),
		type,
		required: false,
		display: true,
		defaultMatch: false,
		canBeUsedToMatch: false,
		declaredType: input.type,
		workflowId,
		...(options === undefined ? {} : { options }),
		...(isFile ? { defaultValue: 'data' } : {}),
	};
}
