import { type AddressInfo, createServer, once, type Server } from '../../../simulator/platform';
import { promptOf, useComflowy } from '../../harness/comflowyHarness';
import { ownPrompt, quick, startOf, useHarness } from '../../harness/useHarness';

const flowscale = useHarness();
const comflowy = useComflowy();
let server: Server;
let baseUrl: string;

/**
 * `node_errors` beside the ID of a run that is started all the same, as ComfyUI's `server.py` has
 * it: only some outputs of the prompt are invalid.
 */
const started = {
	run_id: 'r-1',
	node_errors: {
		4: {
			class_type: 'CheckpointLoaderSimple',
			errors: [{ type: 'value_not_in_list', message: 'Value not in list', details: 'ckpt: a' }],
		},
	},
};
const answers: Record<string, object> = {
	'POST /api/v1/runs': { status: 'success', data: started },
	'GET /api/v1/runs/r-1': { status: 'success', data: { run_id: 'r-1', status: 'failed' } },
	'GET /open_api/auth/token': { success: true, data: { access_token: 't-1' } },
	'POST /open_api/run': { success: true, data: started },
	'POST /open_api/check': { success: true, data: { status: 'failed' } },
};

/** A service whose run fails after its start without a word of why. */
beforeAll(async () => {
	server = createServer((request, response) => {
		const path = (request.url ?? '').split('?')[0];
		const known = Object.entries(answers).find(([route]) => {
			const [method, end] = route.split(' ');
			return request.method === method && path.endsWith(end.replace('/open_api', ''));
		});
		request.resume().once('end', () => {
			response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
			response.end(JSON.stringify(known?.[1] ?? {}));
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

const REASON =
	'The run failed: Node 4 (CheckpointLoaderSimple): Value not in list (ckpt: a) (run r-1)';
const one = [{ json: { prompt: 'a' } }];

test('Flowscale: node errors beside a run ID are the reason of a run that fails without one', async () => {
	const { node, error } = await flowscale({ credential: () => ({ baseUrl }) });
	const failure = await error(
		node('workflow.executeAndWait', startOf('image', ownPrompt, quick)),
		one,
	);
	expect(failure).toMatchObject({
		message: REASON,
		description: expect.stringContaining('install the missing one') as string,
	});
});

test('Comflowy: likewise', async () => {
	const { node, error, credential } = await comflowy();
	credential().baseUrl = baseUrl;
	const failure = await error(node('workflow.executeAndWait', promptOf()), one);
	expect(failure.message).toBe(REASON);
});
