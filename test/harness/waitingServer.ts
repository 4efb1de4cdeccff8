import './environment';
import { WebhookContext } from 'n8n-core';
import type {
	INodeExecutionData,
	IRun,
	IRunExecutionData,
	IWebhookData,
	IWebhookFunctions,
	IWebhookResponseData,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { sleep } from '../../simulator/platform';
import { openServer } from '../../simulator/restartableServer';
import {
	resumeWorkflow,
	type RunOptions,
	runWorkflow,
	serverSide,
	storedCopy,
	type WorkflowFile,
	workflowOf,
} from './runWorkflow';
import type { Engine } from './startEngine';

/**
 * One execution of a workflow on a server that takes callbacks for it, as n8n's `waiting-webhooks`
 * and `webhook-helpers` do.
 */
export interface WaitingServer {
	/** Answers that callers of the resume address got, in order. */
	answers: Array<{ status: number; body: unknown }>;
	/** The latest state of the execution. */
	run(): IRun;
	start(items: INodeExecutionData[]): Promise<IRun>;
	/** What n8n does when the time of a waiting execution has come. */
	wake(): Promise<IRun>;
	/** Resolves when the execution stands still. */
	idle(): Promise<IRun>;
	close(): Promise<void>;
}

/** A request's body, which n8n parses if its type says that it is JSON. */
interface Sent {
	type: string | undefined;
	rawBody: Buffer;
}

/** What n8n takes to load an execution from its database. */
const LOAD_MS = 20;

export async function startWaitingServer(
	engine: Engine,
	file: WorkflowFile,
	nodeName: string,
	options: RunOptions = {},
): Promise<WaitingServer> {
	const { mode = 'manual' } = options;
	const answers: WaitingServer['answers'] = [];
	let last: IRun | undefined;
	let working: Promise<IRun> | undefined;

	const onServer = (server: IWorkflowExecuteAdditionalData) => {
		server.webhookWaitingBaseUrl = `${open.origin}/webhook-waiting`;
		options.onServer?.(server);
	};
	const work = async (task: () => Promise<IRun>): Promise<IRun> => {
		working = task();
		last = await working;
		working = undefined;
		return last;
	};
	const current = (): IRun => {
		if (last === undefined) throw new Error('The execution has not begun');
		return last;
	};

	/** The node's own `webhook`, in the context that n8n makes for it. */
	const callNode = async (
		data: IRunExecutionData,
		query: object,
		{ type, rawBody }: Sent,
		response: object,
	): Promise<IWebhookResponseData> => {
		const workflow = workflowOf(engine, file);
		const node = workflow.nodes[nodeName];
		const server = serverSide(engine, file, mode, 'exec1');
		onServer(server);
		const body: unknown = type === 'application/json' ? JSON.parse(rawBody.toString()) : {};
		Object.assign(server, {
			httpRequest: { body, rawBody, query, headers: {}, params: {} },
			httpResponse: response,
		});
		const [description] =
			engine.nodeTypes.getByNameAndVersion(node.type, node.typeVersion).description.webhooks ?? [];
		const webhook = {
			webhookDescription: description,
			node: nodeName,
			workflowId: 'wf1',
			httpMethod: 'POST',
			path: '',
		} as unknown as IWebhookData;
		const context = new WebhookContext(
			workflow,
			node,
			server,
			'manual',
			webhook,
			[],
			data,
		) as unknown as IWebhookFunctions;
		return (
			(await engine.nodeTypes
				.getByNameAndVersion(node.type, node.typeVersion)
				.webhook?.call(context)) ?? {}
		);
	};

	const receive = async (query: object, sent: Sent): Promise<{ status: number; body: unknown }> => {
		if (working !== undefined)
			return { status: 409, body: { message: 'The execution "exec1" is running already.' } };
		if (current().status !== 'waiting')
			return { status: 409, body: { message: 'The execution "exec1" has finished already.' } };
		const data = storedCopy(current().data);
		// Two callbacks at the same instant find the execution waiting, both of them; n8n 1.x resumes
		// it for each.
		await sleep(LOAD_MS);
		const given = { status: 200, body: undefined as unknown };
		const response = {
			status: (status: number) => Object.assign(given, { status }) && response,
			json: (value: unknown) => Object.assign(given, { body: value }) && response,
		};
		const result = await callNode(data, query, sent, response);
		if (result.noWebhookResponse) return given;
		if (result.workflowData !== undefined) {
			const [entry] = data.executionData?.nodeExecutionStack ?? [];
			entry.data.main = result.workflowData;
			void work(
				async () => await resumeWorkflow(engine, file, data, 'restart', { onServer, mode }),
			);
		}
		return { status: 200, body: result.webhookResponse };
	};

	const open = await openServer(
		(message, response) => {
			const { searchParams } = new URL(message.url ?? '/', 'http://n8n.invalid');
			void message
				.toArray()
				.then(
					async (chunks) =>
						await receive(Object.fromEntries(searchParams), {
							type: message.headers['content-type'],
							rawBody: Buffer.concat(chunks),
						}),
				)
				.catch((error: Error) => ({ status: 500, body: error.stack }))
				.then((answer) => {
					answers.push(answer);
					response
						.writeHead(answer.status, { 'content-type': 'application/json' })
						.end(JSON.stringify(answer.body ?? {}));
				});
		},
		{ host: '127.0.0.1', port: 0 },
	);

	return {
		answers,
		run: current,
		start: async (items) =>
			await work(async () => await runWorkflow(engine, file, items, { ...options, onServer })),
		wake: async () =>
			await work(
				async () =>
					await resumeWorkflow(engine, file, current().data, 'restart', { onServer, mode }),
			),
		idle: async () => {
			while (working !== undefined) await working;
			return current();
		},
		close: open.stop,
	};
}
