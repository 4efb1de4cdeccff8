import type { Played } from './playExample';

const HEAD = ['example', 'runs', 'pictures', 'videos', 'texts', 'failed rows', 'seconds'];

/** The whole demo in one line per example. */
export function tableOf(played: Played[]): string {
	const rows = played.map(({ example, runs, files, failed, seconds }) => {
		const count = (kind: RegExp) =>
			String(files.filter(({ mimeType }) => kind.test(mimeType)).length);
		return [
			example,
			String(runs),
			count(/^image/),
			count(/^video/),
			count(/^(text|application\/json)/),
			String(failed),
			seconds.toFixed(1),
		];
	});
	const widths = HEAD.map((title, column) =>
		Math.max(title.length, ...rows.map((row) => row[column].length)),
	);
	const line = (cells: string[]) =>
		cells
			.map((cell, column) =>
				column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
			)
			.join('   ');
	return [HEAD, widths.map((width) => '─'.repeat(width)), ...rows].map(line).join('\n');
}
