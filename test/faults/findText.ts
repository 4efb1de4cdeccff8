const MOST_VALUES = 200_000;

/**
 * Paths at which a text turns up anywhere below a value: own properties of every kind (hidden ones,
 * symbols, causes of errors), keys, maps, sets and bytes included.
 */
export function findText(root: unknown, text: string): string[] {
	const found: string[] = [];
	const seen = new Set<unknown>();
	const open: Array<[path: string, value: unknown]> = [['', root]];
	while (open.length > 0 && seen.size < MOST_VALUES) {
		const [path, value] = open.pop() as [string, unknown];
		if (typeof value === 'string') {
			if (value.includes(text)) found.push(path);
			continue;
		}
		if (
			value === null ||
			(typeof value !== 'object' && typeof value !== 'function') ||
			seen.has(value)
		)
			continue;
		seen.add(value);
		if (value instanceof Uint8Array) {
			if (Buffer.from(value).includes(text)) found.push(path);
			continue;
		}
		if (value instanceof Map || value instanceof Set) open.push([`${path}.*`, [...value]]);
		for (const key of Reflect.ownKeys(value)) {
			if (String(key).includes(text)) found.push(`${path}.${String(key)}`);
			open.push([`${path}.${String(key)}`, Object.getOwnPropertyDescriptor(value, key)?.value]);
		}
	}
	return found;
}
