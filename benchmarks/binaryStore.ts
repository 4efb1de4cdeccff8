import '../test/harness/environment';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData } from 'n8n-workflow';
import type { Readable } from '../simulator/platform';

const MIME = 'application/octet-stream';

/** Puts a file into n8n's binary store; children of this process find it there too. */
export async function storeBinary(content: Readable, fileName: string): Promise<IBinaryData> {
	const place = { type: 'execution', workflowId: 'bench', executionId: '0' } as const;
	return await Container.get(BinaryDataService).store(place, content, {
		mimeType: MIME,
		fileName,
		data: '',
	});
}

export function pathOf({ id = '' }: IBinaryData): string {
	return Container.get(BinaryDataService).getPath(id);
}

export async function dropBinary(binary: IBinaryData | undefined): Promise<void> {
	if (binary?.id === undefined) throw new Error('There is no file in the item');
	await Container.get(BinaryDataService).deleteManyByBinaryDataId([binary.id]);
}
