import { ConfigurationError } from '../errors';

/**
 * An expression that reaches the node as text: n8n evaluates it only where the field is one.
 * @param subject what holds it, as the sentence begins
 * @param text the beginning of the text, if it is shown
 */
export const notEvaluated = (subject: string, text = ''): ConfigurationError =>
	new ConfigurationError(
		`${subject} still holds an expression as plain text${text}`,
		'Switch this field to Expression.',
	);
