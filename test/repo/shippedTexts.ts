import { build } from 'esbuild';
import ts from 'typescript';
import { fs, join, projectDir } from '../../simulator/platform';

/** Sentences in the code that n8n loads, as they stand in the bundle: `…` for each value that is put in. */
export async function sentencesIn(folder: string): Promise<string[]> {
	const { n8n } = JSON.parse(
		await fs.readFile(join(projectDir, folder, 'package.json'), 'utf8'),
	) as {
		n8n: { nodes: string[]; credentials: string[] };
	};
	const entryPoints = [...n8n.nodes, ...n8n.credentials].map((file) =>
		join(projectDir, folder, file.replace(/^dist\//, '').replace(/\.js$/, '.ts')),
	);
	const { outputFiles } = await build({
		entryPoints,
		bundle: true,
		write: false,
		platform: 'node',
		format: 'cjs',
		external: ['n8n-workflow'],
		outdir: 'unused',
	});
	return outputFiles.flatMap(({ text }) => sentencesOf(text));
}

/** Texts of several words in a source, with `…` for each value that is put in. */
export function sentencesOf(code: string): string[] {
	const found: string[] = [];
	const visit = (node: ts.Node): void => {
		if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) found.push(node.text);
		if (ts.isTemplateExpression(node))
			found.push(
				[node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('…'),
			);
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile('bundle.js', code, ts.ScriptTarget.ES2022, true));
	return found.filter((text) => /\S\s+\S/.test(text));
}
