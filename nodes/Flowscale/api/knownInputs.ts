import type { ListedWorkflow } from './workflows';

/** What a workflow's inputs are called. */
export interface KnownInputs {
	/** As messages name them. */
	names: string[];
	/** Every name that the list gives an input, such as its path: one of them is what is sent. */
	accepted: ReadonlySet<string>;
}

const MOST_DEPLOYMENTS = 50;
const MOST_WORKFLOWS = 500;
const MOST_INPUTS = 200;

/**
 * Of each deployment the newest list that this n8n process read, for whatever reason. It may be out
 * of date, so it raises suspicion and decides nothing.
 */
const lists = new Map<string, Map<string, KnownInputs>>();

/**
 * What the list says of a workflow's inputs; undefined where it says nothing: no such workflow, or
 * no inputs declared.
 */
export function inputsIn(
	listed: ListedWorkflow[] | undefined,
	workflowId: string,
): KnownInputs | undefined {
	const found = listed?.find(({ workflow }) => workflow.workflow_id === workflowId);
	return found && found.declared.length > 0 ? knownInputsOf(found) : undefined;
}

const knownInputsOf = ({ declared }: ListedWorkflow): KnownInputs => ({
	names: declared.map(({ name }) => name),
	accepted: new Set(declared.flatMap(({ name, otherNames = [] }) => [name, ...otherNames])),
});

/** @param root of the deployment's API */
export function rememberInputs(root: string, listed: ListedWorkflow[]): void {
	const kept = listed
		.filter(({ declared }) => declared.length > 0 && declared.length <= MOST_INPUTS)
		.slice(0, MOST_WORKFLOWS);
	// The deployment that was read last comes last.
	lists.delete(root);
	lists.set(root, new Map(kept.map((one) => [one.workflow.workflow_id, knownInputsOf(one)])));
	const [oldest] = lists.keys();
	if (lists.size > MOST_DEPLOYMENTS && oldest !== undefined) lists.delete(oldest);
}

export const rememberedInputs = (root: string, workflowId: string): KnownInputs | undefined =>
	lists.get(root)?.get(workflowId);
