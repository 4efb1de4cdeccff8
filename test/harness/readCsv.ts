/**
 * Cells of a table in CSV, as spreadsheets export it: a cell in quotes may hold commas, line ends
 * and doubled quotes.
 */
export function readCsv(content: string): string[][] {
	const rows: string[][] = [[]];
	for (const [, quoted, plain, end] of content
		.trimEnd()
		.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/g)) {
		rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
		if (end === '\n') rows.push([]);
		if (end === '') break;
	}
	return rows;
}
