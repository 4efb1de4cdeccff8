import type {
	ILoadOptionsFunctions,
	INodeListSearchResult,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import { systemClock } from '../../core/async/clock';
import { toNodeError } from '../../core/errors';
import { openConnection } from '../api/connection';
import { formTypeOf, labelOf, type Workflow } from '../api/workflows';

async function listWorkflows(context: ILoadOptionsFunctions): Promise<Workflow[] | undefined> {
	try {
		const { api } = await openConnection(context, systemClock);
		return (await api.workflows())?.map(({ workflow }) => workflow);
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

/** The searchable list of deployed workflows; empty on a deployment that has no such list. */
export async function searchWorkflows(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const wanted = filter?.trim().toLowerCase() ?? '';
	const workflows = (await listWorkflows(this)) ?? [];
	const results = workflows
		.filter(
			({ name, workflow_id: id }) =>
				name.toLowerCase().includes(wanted) || id.toLowerCase().includes(wanted),
		)
		.map(({ name, workflow_id: value, description }) => ({
			name,
			value,
			description: description ?? undefined,
		}))
		.sort((a, b) => a.name.localeCompare(b.name));
	return { results };
}

/** The form of the chosen workflow's declared inputs. */
export async function getWorkflowInputs(
	this: ILoadOptionsFunctions,
): Promise<ResourceMapperFields> {
	const id = this.getNodeParameter('workflowId', '', { extractValue: true });
	const workflows = await listWorkflows(this);
	const workflow = workflows?.find(({ workflow_id }) => workflow_id === id);
	if (workflows === undefined)
		return {
			fields: [],
			emptyFieldsNotice:
				'This deployment does not tell the inputs of its workflows. Use JSON instead; the names are in its API dashboard.',
		};
	if (workflow === undefined)
		return {
			fields: [],
			emptyFieldsNotice: 'This workflow is not deployed here. Choose another one, or use JSON.',
		};
	return { fields: workflow.inputs.map(fieldOf) };
}

function fieldOf(input: Workflow['inputs'][number]): ResourceMapperField {
	return {
		id: input.name,
		displayName: labelOf(input),
		type: formTypeOf(input),
		required: false,
		display: true,
		defaultMatch: false,
		canBeUsedToMatch: false,
	};
}
