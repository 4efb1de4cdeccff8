import { hasStatus, ServiceError } from '../../core/errors';
import type { Item } from '../../core/items/item';
import { fileFieldsAt } from '../../core/items/itemFiles';
import type { FlowscaleApi } from '../api/api';
import type { KnownInputs } from '../api/knownInputs';
import { takesFile } from '../inputs/inputKind';
import { describeUnknown, reportedInputs, unknownNames } from './unknownInputs';

/**
 * A refusal of a start that says more of what to do: which input takes a file and what files the
 * item has, and what the inputs of the workflow are called. Any other failure is handed back as it
 * is.
 * @param given names of the inputs that were sent
 */
export async function explainRefusal(
	error: unknown,
	{
		item,
		api,
		workflowId,
		given,
	}: { item: Item; api: FlowscaleApi; workflowId: string; given: string[] },
): Promise<unknown> {
	if (!hasStatus(error, 400, 422)) return error;
	const inputs = isAboutNames(error.message, given)
		? await reportedInputs(api, workflowId)
		: undefined;
	const hints = [
		error.facts.hint,
		fileHint(error.message, inputs?.names ?? given, item),
		nameHint(inputs, given),
	].filter((hint) => hint !== undefined);
	return new ServiceError(error.message, { ...error.facts, hint: hints.join(' ') });
}

/**
 * Whether the refusal may come from a wrong name: an input is missing or unknown, and another was
 * given that it does not name.
 */
function isAboutNames(message: string, given: string[]): boolean {
	return (
		/required|missing|unknown|unexpected|not (allowed|permitted|found)|extra/i.test(message) &&
		given.some((name) => !message.includes(name))
	);
}

function fileHint(message: string, names: string[], item: Item): string | undefined {
	const words = new Set([...(message.match(/[\p{L}\p{N}_.-]+/gu) ?? []), ...names]);
	const name = [...words].find(
		(word) => message.includes(word) && takesFile({ name: word, type: 'string' }) !== 'no',
	);
	if (name === undefined) return undefined;
	const fields = fileFieldsAt(item.context, item.index);
	const there =
		fields.length > 0
			? `Fields of this item with files: ${fields.join(', ')}.`
			: 'This item has no files.';
	return `"${name}" may take a file: give the name of the field that holds it. ${there}`;
}

function nameHint(inputs: KnownInputs | undefined, given: string[]): string | undefined {
	if (inputs === undefined) return undefined;
	const unknown = unknownNames(inputs, given);
	const [message, known] = describeUnknown(inputs, unknown);
	return unknown.length > 0 ? `${message}. ${known}` : known;
}
