import type { Answer } from '../answer';
import type { Request } from '../exchange';
import { Readable } from '../platform';
import type { Service } from './service';
import { hasOutput } from './showRun';
import type { Content } from './simulatedWorkflow';

const refusal = (status: number, code: string, message: string): Answer => ({
	status,
	headers: { 'content-type': 'application/xml' },
	body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});

const noSuchKey = () => refusal(404, 'NoSuchKey', 'The specified key does not exist.');

function file(content: Content, mimeType: string, { dialect }: Service): Answer {
	const size = Buffer.isBuffer(content) ? content.length : content.size;
	return {
		status: 200,
		headers: {
			'content-type': dialect.downloadTypes === 'exact' ? mimeType : 'binary/octet-stream',
			...(dialect.lengths ? { 'content-length': String(size) } : {}),
		},
		body: Buffer.isBuffer(content) ? Readable.from([content]) : content.stream(),
	};
}

/**
 * The download host, in the manner of S3: a signed link is the only way in, and any other
 * credential on top of it is refused with 400 (protocols: output, "do not forward the key").
 */
export async function download(service: Service, { entry }: Request): Promise<Answer> {
	if (entry.headers['x-api-key'] !== undefined || entry.headers.authorization !== undefined) {
		return refusal(400, 'InvalidArgument', 'Only one auth mechanism allowed');
	}
	const verdict = service.view.links.check(entry.path, entry.query);
	if (verdict === 'expired') return refusal(403, 'AccessDenied', 'Request has expired');
	// a link is signed for one method; S3 refuses HEAD on a link made for GET
	if (verdict === 'forged' || entry.method !== 'GET') {
		return refusal(
			403,
			'SignatureDoesNotMatch',
			'The request signature we calculated does not match.',
		);
	}

	const [area, runId, name, inputName] = entry.path.slice(1).split('/').map(decodeURIComponent);
	const run = service.store.get(runId);
	if (!run) return noSuchKey();
	entry.runId = runId;
	if (area === 'inputs') {
		const upload = inputName === undefined ? undefined : run.parts[Number(name)]?.file;
		return upload && upload.head.length === upload.size
			? file(upload.head, upload.type, service)
			: noSuchKey();
	}
	const found = service.store.findFile(name);
	if (!found || !hasOutput(run, found.output, service.view)) return noSuchKey();
	return file(
		await found.output.source.make(run, found.index),
		found.output.source.mimeType,
		service,
	);
}
