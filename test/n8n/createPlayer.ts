import { ask } from './ask';
import type { SavedWorkflow, Workflow } from './connectRest';
import type { Execution } from './execution';
import { ok, sleep } from './platform';
import type { Site } from './site';

export const ends = ['success', 'error', 'crashed', 'canceled'];

/**
 * Plays workflows as production does: published, called from outside, looked at when they are over.
 */
export const createPlayer = ({ server, rest }: Site) => {
	const publish = async (workflow: Workflow): Promise<SavedWorkflow> => {
		const saved = await rest.createWorkflow(workflow);
		await rest.activate(saved);
		return saved;
	};

	/** Gives what the webhook answered. */
	const call = async (path: string, body: unknown = {}): Promise<string> => {
		const answer = await ask(`${server.baseUrl}/webhook/${path}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		const text = await answer.text();
		ok(answer.ok, `the webhook ${path} answered ${answer.status} ${text}`);
		return text;
	};

	/** Sends a form with files; gives the bytes of the answer. */
	const send = async (url: string, form: FormData): Promise<Buffer> => {
		const answer = await ask(url, { method: 'POST', body: form });
		const bytes = Buffer.from(await answer.arrayBuffer());
		ok(answer.ok, `${url} answered ${answer.status} ${bytes.toString().slice(0, 200)}`);
		return bytes;
	};
	const upload = async (path: string, form: FormData): Promise<Buffer> =>
		await send(`${server.baseUrl}/webhook/${path}`, form);

	/**
	 * Fills in a form as a browser does, asks for the execution's state until there is a next page,
	 * and gives that page.
	 */
	const submit = async (path: string, form: FormData): Promise<string> => {
		const sent = (await send(`${server.baseUrl}/form/${path}`, form)).toString();
		const { formWaitingUrl } = JSON.parse(sent) as { formWaitingUrl: string };
		// It names the address that n8n takes for its own.
		const { pathname, search } = new URL(formWaitingUrl);
		const deadline = Date.now() + 120_000;
		// A page that is asked for while the workflow runs is never answered.
		for (let state = ''; !['form-waiting', 'success'].includes(state); await sleep(300)) {
			state = await (
				await ask(`${server.baseUrl}${pathname}/n8n-execution-status${search}`)
			).text();
			ok(Date.now() < deadline, `the form never came to its last page: ${state}`);
		}
		const page = await (await ask(`${server.baseUrl}${pathname}${search}`)).text();
		// The last page tells n8n that it has been shown, and the execution ends.
		await ask(`${server.baseUrl}${pathname}${search}`, { method: 'POST' });
		return page;
	};

	/** Id of the newest execution of a workflow, as soon as there is one. */
	const newest = async ({ id }: SavedWorkflow, timeoutMs = 30_000): Promise<string> => {
		const deadline = Date.now() + timeoutMs;
		for (;;) {
			const [found] = await rest.executions(id);
			if (found) return found.id;
			ok(Date.now() < deadline, `workflow ${id} was not executed in ${timeoutMs / 1000} s`);
			await sleep(200);
		}
	};

	const ended = async (executionId: string, timeoutMs = 60_000): Promise<Execution> =>
		await rest.executionIn(executionId, ends, timeoutMs);

	return {
		publish,
		call,
		upload,
		submit,
		newest,
		ended,
		/**
		 * Publishes a workflow that begins with a webhook of that path, calls it once and waits for the
		 * end.
		 */
		play: async (
			path: string,
			workflow: Workflow,
			body?: unknown,
			timeoutMs?: number,
		): Promise<Execution> => {
			const saved = await publish(workflow);
			await call(path, body);
			return await ended(await newest(saved), timeoutMs);
		},
	};
};
