import { createHash, Readable } from '../../simulator/platform';

interface Metadata {
	fileName?: string;
	mimeType?: string;
	fileSize: number;
}
interface Row {
	bytes: Buffer;
	metadata: Metadata;
}

/**
 * n8n's store of files in its database (`N8N_DEFAULT_BINARY_DATA_MODE=database`), with a map in
 * place of the table. n8n's server brings it along, not n8n-core (read in n8n 2.41.1,
 * `database.manager.js`): a file is held in memory while it is stored, and read as one chunk.
 */
export function createDatabaseStore() {
	const rows = new Map<string, Row>();
	let count = 0;
	const rowOf = (fileId: string): Row => {
		const row = rows.get(fileId);
		if (row === undefined) throw new Error(`The database has no file ${fileId}`);
		return row;
	};
	const insert = (row: Row): string => {
		count += 1;
		const fileId = createHash('sha256').update(`${count}`).digest('hex').slice(0, 32);
		rows.set(fileId, row);
		return fileId;
	};
	return {
		init: async () => {},
		store: async (
			_location: unknown,
			given: Buffer | AsyncIterable<Buffer>,
			metadata: Partial<Metadata>,
		) => {
			const chunks: Buffer[] = [];
			if (Buffer.isBuffer(given)) chunks.push(given);
			else for await (const chunk of given) chunks.push(chunk);
			const bytes = Buffer.concat(chunks);
			const fileId = insert({ bytes, metadata: { ...metadata, fileSize: bytes.length } });
			return { fileId, fileSize: bytes.length };
		},
		getPath: (fileId: string) => `database://${fileId}`,
		getAsBuffer: async (fileId: string) => rowOf(fileId).bytes,
		getAsStream: async (fileId: string) => Readable.from([rowOf(fileId).bytes]),
		getMetadata: async (fileId: string) => rowOf(fileId).metadata,
		deleteMany: async () => {},
		copyByFileId: async (_target: unknown, sourceFileId: string) => insert(rowOf(sourceFileId)),
		rename: async (oldFileId: string, newFileId: string) => {
			rows.set(newFileId, rowOf(oldFileId));
			rows.delete(oldFileId);
		},
	};
}
