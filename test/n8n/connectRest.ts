import { ask } from './ask';
import { readExecution, type Execution, type StoredExecution } from './execution';
import type { Generation } from './generations';
import { sleep } from './platform';
import { createRequester } from './requestJson';
import { untilPublished } from './untilPublished';

export const owner = {
	email: 'owner@example.com',
	firstName: 'Flow',
	lastName: 'Scale',
	password: 'Flowscale1',
};

export interface WorkflowNode {
	id?: string;
	name: string;
	type: string;
	typeVersion: number;
	position: [number, number];
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id: string; name: string }>;
	webhookId?: string;
	[setting: string]: unknown;
}

export interface Workflow {
	name: string;
	nodes: WorkflowNode[];
	connections: Record<string, unknown>;
	settings?: Record<string, unknown>;
	[field: string]: unknown;
}

export type SavedWorkflow = Workflow & { id: string; versionId: string };
export type Credential = { id: string; name: string };

export interface ExecutionSummary {
	id: string;
	status: string;
	workflowId: string;
}

/** What the editor asks of n8n's server, on both generations. */
export const connectRest = (baseUrl: string, { hasPublishing }: Generation) => {
	const { request, cookie } = createRequester(baseUrl);

	const execution = async (id: string): Promise<Execution> =>
		readExecution(await request<StoredExecution>('GET', `/rest/executions/${id}`));

	return {
		request,
		cookie,
		setUpOwner: async () => await request('POST', '/rest/owner/setup', owner),
		signIn: async () =>
			await request('POST', '/rest/login', { ...owner, emailOrLdapLoginId: owner.email }),

		createCredential: async (name: string, type: string, data: Record<string, unknown>) =>
			await request<Credential>('POST', '/rest/credentials', { name, type, data }),
		removeCredential: async ({ id }: Credential) =>
			await request('DELETE', `/rest/credentials/${id}`),
		/** The button "Test" of a saved credential; n8n answers 200 for a bad one too. */
		testCredential: async (credential: Credential, type: string, data: Record<string, unknown>) =>
			await request<{ status: 'OK' | 'Error'; message: string }>('POST', '/rest/credentials/test', {
				credentials: { ...credential, type, data },
			}),

		createWorkflow: async (workflow: Workflow) =>
			await request<SavedWorkflow>('POST', '/rest/workflows', {
				active: false,
				settings: { executionOrder: 'v1' },
				...workflow,
			}),
		activate: async ({ id, versionId }: SavedWorkflow) => {
			if (!hasPublishing)
				return void (await request('PATCH', `/rest/workflows/${id}`, { active: true, versionId }));
			await request('POST', `/rest/workflows/${id}/activate`, { versionId });
			await untilPublished(request, id);
		},
		/** Saves a workflow again, as the editor does; n8n 2 also publishes what was saved. */
		saveWorkflow: async ({ id, versionId, name, nodes, connections }: SavedWorkflow) =>
			await request<SavedWorkflow>('PATCH', `/rest/workflows/${id}`, {
				...{ name, nodes, connections, versionId },
			}),
		deactivate: async ({ id, versionId }: SavedWorkflow) => {
			if (hasPublishing) await request('POST', `/rest/workflows/${id}/deactivate`, {});
			else await request('PATCH', `/rest/workflows/${id}`, { active: false, versionId });
		},
		/** "Execute workflow" from the trigger of that name. */
		run: async (workflow: SavedWorkflow, triggerName: string) =>
			await request<{ executionId: string }>('POST', `/rest/workflows/${workflow.id}/run`, {
				workflowData: workflow,
				triggerToStartFrom: { name: triggerName },
			}),

		execution,
		executions: async (workflowId: string) => {
			const filter = encodeURIComponent(JSON.stringify({ workflowId }));
			const { results } = await request<{ results: ExecutionSummary[] }>(
				'GET',
				`/rest/executions?limit=100&filter=${filter}`,
			);
			return results;
		},
		/** Waits for one of `states`; fails loudly when it takes too long. */
		executionIn: async (id: string, states: string[], timeoutMs: number): Promise<Execution> => {
			const deadline = Date.now() + timeoutMs;
			for (;;) {
				const found = await execution(id);
				if (states.includes(found.status)) return found;
				if (Date.now() > deadline)
					throw new Error(`execution ${id} is ${found.status} after ${timeoutMs / 1000} s`);
				await sleep(250);
			}
		},
		stop: async (id: string) => await request('POST', `/rest/executions/${id}/stop`),
		/** @param loadWorkflow with the currently saved workflow, not the original one */
		retry: async (id: string, loadWorkflow = false) =>
			await request<{ id: string }>('POST', `/rest/executions/${id}/retry`, { loadWorkflow }),
		remove: async (id: string) => await request('POST', '/rest/executions/delete', { ids: [id] }),

		/** The bytes behind a binary field of an execution. */
		binary: async ({ id, data }: { id?: string; data: string }): Promise<Buffer> => {
			if (!id) return Buffer.from(data, 'base64');
			const url = `${baseUrl}/rest/binary-data?action=download&id=${encodeURIComponent(id)}`;
			const answer = await ask(url, { headers: { cookie: cookie() } });
			if (!answer.ok) throw new Error(`binary data: ${answer.status} ${await answer.text()}`);
			return Buffer.from(await answer.arrayBuffer());
		},
	};
};

export type Rest = ReturnType<typeof connectRest>;
