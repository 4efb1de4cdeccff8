import FormData from 'form-data';
import { request } from 'undici';
import type { Flowscale } from '../../simulator/flowscale/startFlowscale';
import type { Reply } from '../harness/useFlowscale';

/** A file that an SDK is given: an opened file, or the path of one. */
export interface SdkFile {
	name: string;
	type: string;
	bytes: Buffer;
}
export type SdkValue = string | number | boolean | object | SdkFile | SdkValue[];
export type SdkInputs = Record<string, SdkValue>;

/** The requests of one vendor's SDK, each as its source sends it. */
export interface VendorSdk {
	name: string;
	/** How a list of files or values is sent. */
	lists: 'indexed' | 'repeated' | 'last';
	checkHealth(): Promise<Reply>;
	getQueue(): Promise<Reply>;
	/** undefined: the SDK has no such method. */
	getWorkflows?(): Promise<Reply>;
	executeWorkflow(workflowId: string, data: SdkInputs, groupId?: string): Promise<Reply>;
	getOutput(filename: string): Promise<Reply>;
	cancelRun(runId: string): Promise<Reply>;
	getRun(runId: string): Promise<Reply>;
	/** `page` and `page_size` count for the SDK with paging only. */
	getRuns(groupId?: string, page?: number, pageSize?: number): Promise<Reply>;
	subscribeRunEvents?(runId: string, fromSeq: number): Promise<Reply>;
}

type Headers = Record<string, string>;

const isFile = (value: SdkValue): value is SdkFile =>
	typeof value === 'object' && 'bytes' in value && Buffer.isBuffer(value.bytes);

const parsed = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
};

async function ask(
	url: string,
	method: 'GET' | 'POST',
	headers: Headers,
	body?: string | Buffer,
): Promise<Reply> {
	const reply = await request(url, { method, headers, body });
	const text = await reply.body.text();
	return { status: reply.statusCode, headers: reply.headers, text, json: parsed(text) };
}

/** `str(value)` of Python. */
const pythonText = (value: SdkValue): string =>
	typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);

interface PythonForm {
	data: Array<[string, string]>;
	files: Array<[string, SdkFile]>;
}

/**
 * `requests.post(url, data=…, files=…)`: multipart when there are files, URL-encoded when there are
 * texts only, and neither a body nor a type when there is nothing (the library's `prepare_body`).
 */
async function requestsPost(url: string, headers: Headers, { data, files }: PythonForm) {
	const agent = { 'user-agent': 'python-requests/2.32.3', accept: '*/*', ...headers };
	if (files.length > 0) {
		const form = new FormData();
		for (const [name, text] of data) form.append(name, text);
		for (const [name, { bytes, name: filename, type }] of files)
			form.append(name, bytes, { filename, contentType: type });
		return await ask(url, 'POST', { ...agent, ...form.getHeaders() }, form.getBuffer());
	}
	if (data.length === 0) return await ask(url, 'POST', { ...agent, 'content-length': '0' });
	const type = { 'content-type': 'application/x-www-form-urlencoded' };
	return await ask(url, 'POST', { ...agent, ...type }, new URLSearchParams(data).toString());
}

function getsOf(api: string, headers: Headers) {
	const get = async (path: string, query: Record<string, string> = {}) => {
		const search = new URLSearchParams(query).toString();
		return await ask(`${api}${path}${search === '' ? '' : `?${search}`}`, 'GET', headers);
	};
	return {
		get,
		checkHealth: async () => await get('/comfy/health'),
		getQueue: async () => await get('/comfy/queue'),
		getOutput: async (filename: string) => await get('/runs/output', { filename }),
		getRun: async (runId: string) => await get(`/runs/${runId}`),
		cancelRun: async (runId: string) => await ask(`${api}/runs/${runId}/cancel`, 'POST', headers),
	};
}

/** Python SDK 1.0 to 1.1.4: lists as `name_0`, `name_1`; 1.1.3 pages (protocols: PY-1.1.3). */
export function pythonSdk({ baseUrl, apiKey }: Flowscale): VendorSdk {
	const api = `${baseUrl}/api/v1`;
	const headers = { 'x-api-key': apiKey ?? '' };
	const { get, ...gets } = getsOf(api, headers);
	return {
		...gets,
		name: 'Python 1.1.3',
		lists: 'indexed',
		executeWorkflow: async (workflowId, inputs, groupId) => {
			const form: PythonForm = { data: [], files: [] };
			const add = (name: string, value: SdkValue) => {
				if (isFile(value)) form.files.push([name, value]);
				else form.data.push([name, pythonText(value)]);
			};
			for (const [name, value] of Object.entries(inputs))
				if (Array.isArray(value)) value.forEach((one, i) => add(`${name}_${i}`, one));
				else add(name, value);
			const group = groupId === undefined ? '' : `&group_id=${groupId}`;
			return await requestsPost(`${api}/runs?workflow_id=${workflowId}${group}`, headers, form);
		},
		getRuns: async (groupId, page = 1, pageSize = 10) =>
			await get('/runs', {
				sort_by: 'created_at',
				sort_order: 'desc',
				page: String(page),
				page_size: String(pageSize),
				...(groupId === undefined ? {} : { group_id: groupId }),
			}),
	};
}

/** Python SDK 1.1.0b1: objects as JSON, of a list the last one only (protocols: PY-BETA). */
export function pythonBetaSdk({ baseUrl, apiKey }: Flowscale): VendorSdk {
	const api = `${baseUrl}/api/v1`;
	const headers = { 'x-api-key': apiKey ?? '' };
	const { get, ...gets } = getsOf(api, headers);
	return {
		...gets,
		name: 'Python 1.1.0b1',
		lists: 'last',
		getWorkflows: async () => await get('/comfy/workflows'),
		executeWorkflow: async (workflowId, inputs, groupId) => {
			const data = new Map<string, string>();
			const files = new Map<string, SdkFile>();
			for (const [name, value] of Object.entries(inputs))
				for (const one of [value].flat() as SdkValue[])
					if (isFile(one)) files.set(name, one);
					else data.set(name, typeof one === 'object' ? JSON.stringify(one) : pythonText(one));
			const query = new URLSearchParams({
				workflow_id: workflowId,
				...(groupId === undefined ? {} : { group_id: groupId }),
			}).toString();
			const form = { data: [...data], files: [...files] };
			return await requestsPost(`${api}/runs?${query}`, headers, form);
		},
		getRuns: async (groupId) =>
			await get('/runs', groupId === undefined ? {} : { group_id: groupId }),
	};
}

/**
 * JS SDK 2.0.0 as its readme describes it (its source is in no public store): a browser's
 * `FormData`, hence always multipart, and a list under one name.
 */
export function jsSdk({ baseUrl, apiKey }: Flowscale): VendorSdk {
	const api = `${baseUrl}/api/v1`;
	const headers = { 'X-API-KEY': apiKey ?? '' };
	const { get, ...gets } = getsOf(api, headers);
	return {
		...gets,
		name: 'JavaScript 2.0.0',
		lists: 'repeated',
		getWorkflows: async () => await get('/comfy/workflows'),
		executeWorkflow: async (workflowId, inputs, groupId) => {
			const form = new FormData();
			for (const [name, value] of Object.entries(inputs))
				for (const one of [value].flat() as SdkValue[])
					if (isFile(one))
						form.append(name, one.bytes, { filename: one.name, contentType: one.type });
					else form.append(name, typeof one === 'object' ? JSON.stringify(one) : String(one));
			const query = new URLSearchParams({
				workflow_id: workflowId,
				...(groupId === undefined ? {} : { group_id: groupId }),
			}).toString();
			const all = { ...headers, ...form.getHeaders() };
			return await ask(`${api}/runs?${query}`, 'POST', all, form.getBuffer());
		},
		getRuns: async (groupId) =>
			await get('/runs', groupId === undefined ? {} : { group_id: groupId }),
		subscribeRunEvents: async (runId, fromSeq) =>
			await ask(`${api}/runs/${runId}/events?from_seq=${fromSeq}`, 'GET', {
				...headers,
				accept: 'text/event-stream',
			}),
	};
}

export const vendorSdks = [pythonSdk, pythonBetaSdk, jsSdk];
