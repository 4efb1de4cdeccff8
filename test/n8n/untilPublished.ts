import { sleep } from './platform';
import type { RequestJson } from './requestJson';

interface PublicationStatus {
	status: 'in_progress' | 'not_published' | 'published' | 'partial' | 'failed';
	triggers: Array<{ errorMessage: string | null }>;
}

/** n8n 2.41 answers an activation at once and registers the webhooks some moments later. */
export const untilPublished = async (request: RequestJson, workflowId: string): Promise<void> => {
	const deadline = Date.now() + 60_000;
	for (;;) {
		const { status, triggers } = await request<PublicationStatus>(
			'GET',
			`/rest/workflows/${workflowId}/publication-status`,
		);
		if (status === 'published') return;
		const complaints = triggers.map(({ errorMessage }) => errorMessage).filter(Boolean);
		if (status !== 'in_progress' && complaints.length > 0)
			throw new Error(`not activated: ${complaints.join(', ')}`);
		if (Date.now() > deadline)
			throw new Error(`the workflow's activation is ${status} after a minute`);
		await sleep(200);
	}
};
