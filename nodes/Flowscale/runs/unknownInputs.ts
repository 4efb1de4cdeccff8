import { ConfigurationError } from '../../core/errors';
import type { FlowscaleApi } from '../api/api';
import { inputsIn, type KnownInputs, rememberedInputs } from '../api/knownInputs';
import type { Session } from './session';

const lists = new WeakMap<FlowscaleApi, ReturnType<FlowscaleApi['workflows']>>();

/**
 * A workflow's inputs as the deployment reports them now; undefined where it does not. Asked once
 * per execution.
 */
export async function reportedInputs(
	api: FlowscaleApi,
	workflowId: string,
): Promise<KnownInputs | undefined> {
	const list = lists.get(api) ?? api.workflows({ tries: 1 }).catch(() => undefined);
	lists.set(api, list);
	return inputsIn(await list, workflowId);
}

/** Names that are given and that no input has. */
export const unknownNames = ({ accepted }: KnownInputs, given: readonly string[]): string[] =>
	given.filter((name) => !accepted.has(name));

/** The sentences about names that are none, for an error before a start or after its refusal. */
export const describeUnknown = (
	{ names }: KnownInputs,
	unknown: readonly string[],
): [message: string, known: string] => [
	`The workflow has no input ${unknown.map((name) => `"${name}"`).join(', ')}`,
	`Inputs of the workflow: ${names.join(', ')}.`,
];

/**
 * Doubts an item whose start names an input that the workflow did not have when this n8n process
 * last read the list. Such a value goes nowhere, and the run would be paid for without it. The list
 * is read once more before the item is refused, since a workflow changes; where it cannot be read,
 * the service decides.
 */
export function doubtUnknownInputs(
	{ api, transport, doubts }: Session,
	itemIndex: number,
	workflowId: string,
	given: readonly string[],
): void {
	const remembered = rememberedInputs(transport.root, workflowId);
	if (remembered === undefined || unknownNames(remembered, given).length === 0) return;
	doubts.set(itemIndex, async () => {
		const inputs = await reportedInputs(api, workflowId);
		const unknown = inputs === undefined ? [] : unknownNames(inputs, given);
		if (inputs === undefined || unknown.length === 0) return;
		const [message, known] = describeUnknown(inputs, unknown);
		throw new ConfigurationError(message, `${known} Correct the name; nothing was started.`);
	});
}
