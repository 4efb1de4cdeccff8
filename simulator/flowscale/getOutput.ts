import { json, nothing, type Answer } from '../answer';
import { Readable } from '../platform';
import type { Dialect } from './dialect';
import { failure, missing, unprocessable } from './failures';
import type { Operation } from './service';
import { hasOutput, outputPath } from './showRun';

function notYet(dialect: Dialect, word: string): Answer {
	switch (dialect.notReady) {
		case 204:
			return nothing(204);
		case 404:
			return failure(404, 'Output not found', dialect.errors);
		case 'empty200':
			return { status: 200, body: '' };
		case 'in_progress':
			return json(200, { status: word, data: { download_url: '', generation_status: word } });
	}
}

/**
 * `GET /runs/output?filename=`: by output name or file name (protocols: output). An unknown name
 * gets the answer of one that is not ready, since the service does not distinguish them.
 */
export const getOutput: Operation = async ({ store, dialect, view }, { entry }) => {
	const { filename } = entry.query;
	if (!filename) return unprocessable(missing('query', 'filename'));
	// with extension an output's name is `<name>.png` even where its files are `<name>_000001.png`
	const found = store.findFile(filename) ?? store.findFile(filename.replace(/\.\w+$/, ''));
	if (!found) return notYet(dialect, 'in_progress');
	const { run, output, index } = found;
	entry.runId = run.id;
	if (run.state === 'timeout') return failure(408, 'Run Timeout', dialect.errors);
	if (run.state === 'failed') return notYet(dialect, 'failed');
	if (!hasOutput(run, output, view)) return notYet(dialect, 'in_progress');

	const described =
		dialect.records === 'dashboard'
			? { filename: output.files[index], content_type: output.source.mimeType }
			: {};
	if (output.source.type === 'text' && dialect.textOutputs === 'file_content') {
		const content = await output.source.make(run, index);
		const bytes = Buffer.isBuffer(content)
			? content
			: Buffer.concat(await Readable.from(content.stream()).toArray());
		const text = bytes.toString();
		const data =
			dialect.records === 'dashboard'
				? { data: text, size: bytes.length, ...described }
				: { file_content: text };
		return json(200, { status: 'success', data: { ...data, generation_status: 'success' } });
	}
	const link = view.links.sign(outputPath(run, output.files[index]));
	return json(200, {
		status: 'success',
		data: { download_url: link, generation_status: 'success', ...described },
	});
};
