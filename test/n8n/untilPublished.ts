import { sleep } from './platform';
import { RestError, type RequestJson } from './requestJson';

interface PublicationStatus {
	status?: 'in_progress' | 'not_published' | 'published' | 'partial' | 'failed';
	triggers?: Array<{ errorMessage: string | null }>;
}

/**
 * undefined: this n8n has no such endpoint. It answers 404, or with its editor's page, which is not
 * JSON.
 */
const statusOf = async (
	request: RequestJson,
	workflowId: string,
): Promise<PublicationStatus | undefined> => {
	const path = `/rest/workflows/${workflowId}/publication-status`;
	return await request<PublicationStatus>('GET', path).catch((error: unknown) => {
		if (error instanceof SyntaxError) return undefined;
		if (error instanceof RestError && error.status === 404) return undefined;
		throw error;
	});
};

/**
 * n8n 2.41 answers an activation at once and registers the webhooks some moments later; versions
 * before it do so at once.
 */
export const untilPublished = async (request: RequestJson, workflowId: string): Promise<void> => {
	const deadline = Date.now() + 60_000;
	for (;;) {
		const { status, triggers = [] } = (await statusOf(request, workflowId)) ?? {};
		if (status === undefined || status === 'published') return;
		const complaints = triggers.map(({ errorMessage }) => errorMessage).filter(Boolean);
		if (status !== 'in_progress' && complaints.length > 0)
			throw new Error(`not activated: ${complaints.join(', ')}`);
		if (Date.now() > deadline)
			throw new Error(`the workflow's activation is ${status} after a minute`);
		await sleep(200);
	}
};
