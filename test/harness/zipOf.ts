import { crc32 } from '../../simulator/platform';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** A ZIP archive whose files are stored as they are. */
export function zipOf(files: ReadonlyArray<readonly [name: string, content: Buffer]>): Buffer {
	const locals: Buffer[] = [];
	const centrals: Buffer[] = [];
	let offset = 0;
	for (const [name, content] of files) {
		const title = Buffer.from(name);
		const facts = factsOf(title, content);
		const local = Buffer.concat([numbers(LOCAL), facts, title, content]);
		// Version of the maker in front; comment, disk and attributes behind.
		const rest = Buffer.alloc(14);
		rest.writeUInt32LE(offset, 10);
		centrals.push(Buffer.concat([numbers(CENTRAL), shorts(20), facts, rest, title]));
		locals.push(local);
		offset += local.length;
	}
	const directory = Buffer.concat(centrals);
	const end = [
		numbers(END),
		shorts(0, 0, files.length, files.length),
		numbers(directory.length, offset),
		shorts(0),
	];
	return Buffer.concat([...locals, directory, ...end]);
}

/**
 * What both headers contain: version, flags, method 0 (stored), time, date, checksum, sizes,
 * lengths of name and extra field.
 */
const factsOf = (title: Buffer, content: Buffer): Buffer =>
	Buffer.concat([
		shorts(20, 0, 0, 0, 0x21),
		numbers(crc32(content), content.length, content.length),
		shorts(title.length, 0),
	]);

function shorts(...values: number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 2);
	values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2));
	return bytes;
}

function numbers(...values: number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 4);
	values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
	return bytes;
}
