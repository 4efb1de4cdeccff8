import type { ByteStream } from '../http/byteStream';
import type { Item } from '../items/item';
import { ConfigurationError } from '../errors';
import { mimeTypeOfUpload, withExtension } from './fileType';

/** A binary of an item, ready to be read as often as needed. */
export interface FilePart {
	fileName: string;
	mimeType: string;
	bytes: number;
	open(): Promise<AsyncIterable<Uint8Array>>;
}

export interface Form {
	body: FormData;
	/**
	 * Whether every file was read to its end. Before that, the form is incomplete, so that no service
	 * can have begun anything. Afterwards the service may act on it.
	 */
	isRead(): boolean;
	/** Resolves then. */
	whenRead: Promise<void>;
	/** Why a file of it could not be opened: n8n may delete it between two tries. */
	failure(): Error | undefined;
	/** Nothing more is read of it, and no file stays open. */
	close(): void;
}

const CHUNK_BYTES = 256 * 1024;
const GIVEN_UP = 'The upload was given up';

/** What the files of one form share. */
interface Reading {
	/** Files that were not read to their end yet. */
	unread: number;
	/** Called when all of them were. */
	finish(): void;
	isClosed: boolean;
	failure: Error | undefined;
	open: Set<{ destroy?(): unknown }>;
}

/**
 * A `File` whose bytes come when they are asked for. axios takes `size` for the part's length and
 * `stream()` for its content, so a file of any size passes through without being held (measured
 * with n8n-core 1.84 to 2.41).
 */
class StreamedFile extends File {
	constructor(
		private readonly part: FilePart,
		private readonly reading: Reading,
	) {
		super([], part.fileName, { type: part.mimeType });
		Object.defineProperty(this, 'size', { value: part.bytes });
	}

	override stream(): ReturnType<File['stream']> {
		return this.chunks() as unknown as ReturnType<File['stream']>;
	}

	private async *chunks(): AsyncGenerator<Uint8Array> {
		const { reading, part } = this;
		if (reading.isClosed) throw new Error(GIVEN_UP);
		const opening = part.open().catch((error: Error) => {
			reading.failure = error;
			throw error;
		});
		const bytes: AsyncIterable<Uint8Array> & { destroy?(): unknown } = await opening;
		reading.open.add(bytes);
		try {
			for await (const chunk of bytes) {
				if (reading.isClosed) throw new Error(GIVEN_UP);
				yield chunk;
			}
			reading.unread--;
			if (reading.unread === 0) reading.finish();
		} finally {
			reading.open.delete(bytes);
		}
	}
}

/**
 * Texts and files as a multipart form; several values under one name become repeated parts, as the
 * vendor's curl has it.
 */
export function buildForm(
	texts: Readonly<Record<string, string | string[]>>,
	files: ReadonlyArray<[string, FilePart]>,
): Form {
	const body = new FormData();
	for (const [name, value] of Object.entries(texts))
		[value].flat().forEach((text) => body.append(name, text));
	let finish: () => void = () => undefined;
	const whenRead = new Promise<void>((resolve) => (finish = resolve));
	const reading: Reading = {
		unread: files.length,
		finish,
		isClosed: false,
		failure: undefined,
		open: new Set(),
	};
	if (files.length === 0) finish();
	// No third argument: with a file name given, FormData would copy the file and lose its stream.
	for (const [name, part] of files) body.append(name, new StreamedFile(part, reading));
	return {
		body,
		isRead: () => reading.unread <= 0,
		whenRead,
		failure: () => reading.failure,
		close: () => {
			reading.isClosed = true;
			for (const bytes of reading.open) bytes.destroy?.();
		},
	};
}

/**
 * The binary of an item, through n8n's helpers so that every storage mode works. Its name gets the
 * extension of its type where it has none: services go by it.
 * @throws ConfigurationError when it is missing
 */
export async function filePartOf(item: Item, field: string): Promise<FilePart> {
	const { context, index } = item;
	const { fileName: named, fileExtension, mimeType: received, id } = item.binary(field);
	const bare = named || (fileExtension ? `${field}.${fileExtension}` : field);
	const mimeType = mimeTypeOfUpload(bare, received);
	const fileName = withExtension(bare, mimeType);
	const stored = <T>(task: Promise<T>) => task.catch((error: unknown) => throwGone(field, error));
	if (id === undefined) {
		const buffer = await stored(context.helpers.getBinaryDataBuffer(index, field));
		return { fileName, mimeType, bytes: buffer.length, open: async () => oneChunk(buffer) };
	}
	const { fileSize } = await stored(context.helpers.getBinaryMetadata(id));
	return {
		fileName,
		mimeType,
		bytes: fileSize,
		open: async () =>
			(await stored(context.helpers.getBinaryStream(id, CHUNK_BYTES))) as ByteStream,
	};
}

/** n8n's own message names neither the field nor what to do. */
function throwGone(field: string, error: unknown): never {
	const reason = error instanceof Error ? error.message : String(error);
	throw new ConfigurationError(
		`The file in binary field "${field}" cannot be read (${reason})`,
		'n8n deletes the files of old executions. Execute the node that makes the file once more.',
	);
}

async function* oneChunk(buffer: Uint8Array): AsyncGenerator<Uint8Array> {
	yield buffer;
}
