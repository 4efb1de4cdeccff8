import {
	type AddressInfo,
	createServer,
	once,
	type Server,
	type ServerResponse,
	sleep,
} from '../../../simulator/platform';
import { promptOf, useComflowy } from '../../harness/comflowyHarness';
import { asking, useFlowAi } from '../../harness/flowAiHarness';
import { ownPrompt, quick, startOf, useHarness } from '../../harness/useHarness';

type Drips = 'head' | 'body';
const flowscale = useHarness();
const comflowy = useComflowy();
const flowAi = useFlowAi();
let server: Server;
let baseUrl: string;
let drips: Drips;
let starts: number;

const BEGINNING: Readonly<Record<Drips, string>> = {
	head: 'HTTP/1.1 200 OK\r\nX-Drip: ',
	body: 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"run_id": "',
};

async function drip({ socket }: ServerResponse): Promise<void> {
	socket?.write(BEGINNING[drips]);
	while (socket?.writable) {
		socket.write('a');
		await sleep(50);
	}
}

/**
 * A service whose answer to a start begins, and comes byte by byte without an end. Everything else
 * is answered at once: an empty list, and Comflowy's access token.
 */
beforeAll(async () => {
	server = createServer((request, response) => {
		if (request.method === 'POST') {
			starts++;
			request.resume().once('end', () => void drip(response));
			return;
		}
		response.writeHead(200, { 'content-type': 'application/json' });
		const isToken = request.url?.includes('/auth/token');
		response.end(
			isToken
				? '{"success": true, "data": {"access_token": "token-1"}}'
				: '{"status": "success", "data": []}',
		);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
	starts = 0;
});

const oneItem = [{ json: { prompt: 'a' } }];
/** For a run; the same node would otherwise be able to say nothing before it. */
const brief = { ...quick, timeout: 1 };

describe.each<Drips>(['head', 'body'])(
	'a start whose answer’s %s comes byte by byte ends by Timeout, as one that may have started:',
	(part) => {
		beforeEach(() => {
			drips = part;
		});

		test('Flowscale, Execute and Wait', async () => {
			const { node, error } = await flowscale({ credential: () => ({ baseUrl }) });
			const failure = await error(
				node('workflow.executeAndWait', startOf('image', ownPrompt, brief)),
				oneItem,
			);
			expect(failure.message).toMatch(/^The run may have started, and was not started again\. /);
			expect(failure.message).toContain('It did not answer in time');
			expect(starts).toBe(1);
		});

		test('Comflowy, Execute and Wait', async () => {
			const harness = await comflowy();
			harness.credential().baseUrl = baseUrl;
			const failure = await harness.error(
				harness.node('workflow.executeAndWait', promptOf('image', brief)),
				oneItem,
			);
			expect(failure.message).toMatch(/^The run may have started, and was not started again\. /);
			expect(failure.message).toContain('It did not answer in time');
			expect(starts).toBe(1);
		});

		test.each([false, true])('FlowAI, stream %s', async (stream) => {
			const harness = await flowAi();
			harness.credential().baseUrl = baseUrl;
			const failure = await harness.error(
				harness.node('workflow.execute', asking('chat', { stream, options: { timeout: 1 } })),
				oneItem,
			);
			expect(failure.message).toBe('FlowAI did not finish its answer within 1 s');
			expect(starts).toBe(1);
		});
	},
);
