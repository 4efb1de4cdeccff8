type Values = Record<string, readonly string[]>;
type Row<A extends Values> = { [K in keyof A]: A[K][number] };

export interface Covering<A extends Values> {
	rows: Array<Row<A>>;
	/** Pairs of values that no allowed row can hold, with the reason. */
	impossible: Array<{ pair: string[]; reason: string }>;
}

/**
 * Rows in which every possible pair of values of two axes occurs: greedy, and the same rows every
 * time. Each row begins with a pair that has not occurred yet, and each further axis takes the
 * allowed value that brings the most new pairs.
 * @param reasonAgainst why these values cannot stand together, of a row that is filled in part;
 *   undefined: they can
 */
export function cover<A extends Values>(
	axes: A,
	reasonAgainst: (row: Partial<Row<A>>) => string | undefined,
): Covering<A> {
	const names: Array<keyof A & string> = Object.keys(axes);
	const keyOf = (a: string, x: string, b: string, y: string) =>
		names.indexOf(a) < names.indexOf(b) ? `${a}=${x}|${b}=${y}` : `${b}=${y}|${a}=${x}`;
	const open = new Map<string, Partial<Row<A>>>();
	names.forEach((a, index) => {
		for (const b of names.slice(index + 1))
			for (const x of axes[a])
				for (const y of axes[b]) open.set(keyOf(a, x, b, y), { [a]: x, [b]: y } as Partial<Row<A>>);
	});
	const pairsWith = (row: Partial<Row<A>>, name: keyof A & string, value: string) =>
		names
			.filter((other) => other !== name && row[other] !== undefined)
			.map((other) => keyOf(name, value, other, String(row[other])));
	const countNew = (row: Partial<Row<A>>, name: keyof A & string, value: string) =>
		pairsWith(row, name, value).filter((key) => open.has(key)).length;

	const fill = (row: Partial<Row<A>>): Row<A> | string => {
		const refusal = reasonAgainst(row);
		if (refusal !== undefined) return refusal;
		const name = names.find((one) => row[one] === undefined);
		if (name === undefined) return row as Row<A>;
		const values = [...axes[name]].sort((x, y) => countNew(row, name, y) - countNew(row, name, x));
		let reason = '';
		for (const value of values) {
			const filled = fill({ ...row, [name]: value });
			if (typeof filled !== 'string') return filled;
			reason = filled;
		}
		return reason;
	};

	const found: Covering<A> = { rows: [], impossible: [] };
	for (const [key, pair] of open) {
		if (!open.has(key)) continue;
		const row = fill(pair);
		if (typeof row === 'string') {
			found.impossible.push({
				pair: Object.values<string | undefined>(pair).map(String),
				reason: row,
			});
			open.delete(key);
			continue;
		}
		found.rows.push(row);
		for (const name of names)
			for (const covered of pairsWith(row, name, row[name])) open.delete(covered);
	}
	return found;
}
