import ts from 'typescript';
import { fs, join, projectDir } from '../../simulator/platform';
import { packageFolders } from '../../tools/packages';

/** A text of the sources with `…` for each value that is put in. */
export interface SourceText {
	file: string;
	text: string;
	/**
	 * Whether it is certainly the message of an error: the first argument of one of our errors, or a
	 * reason of the network.
	 */
	isMessage: boolean;
}

const ERRORS = new Set([
	'ConfigurationError',
	'ServiceError',
	'WaitTimeout',
	'RefusedLink',
	'mayHaveStarted',
	'credentialRefusal',
	'notTheFile',
]);
/** What ships, of every package. */
export const FOLDERS = packageFolders.flatMap((folder) => [
	join(folder, 'nodes'),
	join(folder, 'credentials'),
]);

/** A text or template as a reader sees it; undefined for anything else. */
function textOf(node: ts.Node | undefined): string | undefined {
	if (node === undefined) return undefined;
	if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
	if (!ts.isTemplateExpression(node)) return undefined;
	return (
		node.head.text +
		node.templateSpans
			.map(({ literal }) => `…${literal.text}`)
			.join('')
			.replace(/…+/g, '…')
	);
}

function textsIn(file: string, source: string): SourceText[] {
	const found: SourceText[] = [];
	const messages = new Set<ts.Node>();
	const visit = (node: ts.Node): void => {
		if (
			(ts.isNewExpression(node) || ts.isCallExpression(node)) &&
			ts.isIdentifier(node.expression) &&
			ERRORS.has(node.expression.text)
		)
			for (const argument of (node.arguments ?? []).slice(
				0,
				node.expression.text === 'mayHaveStarted' || node.expression.text === 'notTheFile' ? 0 : 1,
			))
				messages.add(argument);
		if (
			ts.isPropertyAssignment(node) &&
			node.name.getText() === 'text' &&
			file.endsWith('networkError.ts')
		)
			messages.add(node.initializer);
		const text = textOf(node);
		if (text !== undefined) found.push({ file, text, isMessage: messages.has(node) });
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true));
	return found;
}

/** Every text in what ships. */
export async function sourceTexts(): Promise<SourceText[]> {
	const files = (
		await Promise.all(
			FOLDERS.map(async (folder) =>
				(await fs.readdir(join(projectDir, folder), { recursive: true }))
					.filter((file) => file.endsWith('.ts'))
					.map((file) => join(folder, file)),
			),
		)
	).flat();
	return (
		await Promise.all(
			files.map(async (file) => textsIn(file, await fs.readFile(join(projectDir, file), 'utf8'))),
		)
	).flat();
}

/**
 * Whether a message that is shown to a reader, or the beginning of it, is what a text of the
 * sources gives.
 */
export function isSaidBy(message: string, { text }: SourceText): boolean {
	// Only values would fit everything.
	if (text.replace(/…/g, '').trim().length < 8) return false;
	const pattern = text
		.split('…')
		.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
		.join('.*');
	return new RegExp(`^${pattern}$`, 's').test(message);
}
