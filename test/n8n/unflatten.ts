/**
 * Reads n8n's stored form of an execution: a JSON array in which every object, array and string
 * stands once and is referred to by its index, written as text ("flatted" on npm).
 */
export const unflatten = (text: string): unknown => {
	const cells = JSON.parse(text) as unknown[];
	const built = new Map<number, unknown>();

	const follow = (value: unknown): unknown =>
		typeof value === 'string' ? build(Number(value)) : value;

	const build = (index: number): unknown => {
		if (built.has(index)) return built.get(index);
		const cell = cells[index];
		if (typeof cell !== 'object' || cell === null) return cell;
		if (Array.isArray(cell)) {
			const list: unknown[] = [];
			built.set(index, list);
			list.push(...cell.map(follow));
			return list;
		}
		const object: Record<string, unknown> = {};
		built.set(index, object);
		for (const [key, value] of Object.entries(cell)) object[key] = follow(value);
		return object;
	};

	return build(0);
};
