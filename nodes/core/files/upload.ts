import type { ByteStream } from '../http/byteStream';
import type { Item } from '../items/item';
import { mimeTypeOf } from './fileType';

/** A binary of an item, ready to be read as often as needed. */
export interface FilePart {
	fileName: string;
	mimeType: string;
	bytes: number;
	open(): Promise<AsyncIterable<Uint8Array>>;
}

export interface Form {
	body: FormData;
	/** Whether every file was read to its end; from then on the service may act on what it got. */
	isRead(): boolean;
}

const CHUNK_BYTES = 256 * 1024;

/**
 * A `File` whose bytes come when they are asked for. axios takes `size` for the part's length and `stream()` for its
 * content, so a file of any size passes through without being held (measured with n8n-core 1.84 to 2.41).
 */
class StreamedFile extends File {
	constructor(
		private readonly part: FilePart,
		private readonly whenRead: () => void,
	) {
		super([], part.fileName, { type: part.mimeType });
		Object.defineProperty(this, 'size', { value: part.bytes });
	}

	override stream(): ReturnType<File['stream']> {
		return this.chunks() as unknown as ReturnType<File['stream']>;
	}

	private async *chunks(): AsyncGenerator<Uint8Array> {
		yield* await this.part.open();
		this.whenRead();
	}
}

/** Texts and files as a multipart form; several values under one name become repeated parts, as the vendor's curl has it. */
export function buildForm(
	texts: Readonly<Record<string, string | string[]>>,
	files: ReadonlyArray<[string, FilePart]>,
): Form {
	const body = new FormData();
	for (const [name, value] of Object.entries(texts))
		[value].flat().forEach((text) => body.append(name, text));
	let unread = files.length;
	// No third argument: with a file name given, FormData would copy the file and lose its stream.
	for (const [name, part] of files) body.append(name, new StreamedFile(part, () => unread--));
	return { body, isRead: () => unread <= 0 };
}

/** The binary of an item, through n8n's helpers so that every storage mode works. @throws ConfigurationError when it is missing */
export async function filePartOf(
	{ context, index, binary }: Item,
	field: string,
): Promise<FilePart> {
	const { fileName: named, fileExtension, mimeType: received, id } = binary(field);
	const fileName = named || (fileExtension ? `${field}.${fileExtension}` : field);
	const mimeType = mimeTypeOf(received ? '' : fileName, received);
	if (id === undefined) {
		const buffer = await context.helpers.getBinaryDataBuffer(index, field);
		return { fileName, mimeType, bytes: buffer.length, open: async () => oneChunk(buffer) };
	}
	const { fileSize } = await context.helpers.getBinaryMetadata(id);
	return {
		fileName,
		mimeType,
		bytes: fileSize,
		open: async () => (await context.helpers.getBinaryStream(id, CHUNK_BYTES)) as ByteStream,
	};
}

async function* oneChunk(buffer: Uint8Array): AsyncGenerator<Uint8Array> {
	yield buffer;
}
