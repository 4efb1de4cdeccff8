import { type AddressInfo, createServer, once } from '../../simulator/platform';

/**
 * A deployment with 300,000 runs, and groups whose lists are larger or deeper than any client
 * likes. It makes its answers as they are asked for.
 */
export interface BigService {
	address: string;
	close(): Promise<void>;
}

const RUNS = 300_000;
const ONE_MB = 'A'.repeat(1_048_576);

function run(index: number, input: string) {
	return {
		run_id: `run-${index}`,
		workflow_id: `workflow-${index % 7}`,
		group_id: 'g',
		status: index % 10_000 === 9_999 ? 'cancelled' : 'completed',
		inputs: [{ path: 'image', value: input }],
		output_names: [`out_${index}.png`],
		outputs: [
			{
				filename: `out_${index}.png`,
				url: `https://files.example/out_${index}.png?sig=%2F${index}`,
			},
		],
		created_at: new Date(1.7e12 - index * 1000).toISOString(),
		completed_at: new Date(1.7e12 - index * 1000 + 900).toISOString(),
	};
}

function page(total: number, number: number, size: number, input: string): string {
	const first = (number - 1) * size;
	const count = Math.max(0, Math.min(size, total - first));
	return JSON.stringify({
		status: 'success',
		data: { runs: Array.from({ length: count }, (_, index) => run(first + index, input)) },
		meta: {
			total_count: total,
			total_pages: Math.ceil(total / size),
			page: number,
			page_size: size,
			sort_by: 'created_at',
		},
	});
}

function answerTo(query: URLSearchParams): string {
	const [number, size] = [Number(query.get('page') ?? 1), Number(query.get('page_size') ?? 100)];
	switch (query.get('group_id')) {
		case 'large':
			return page(31, 1, 31, ONE_MB.slice(2_000));
		case 'fat':
			return page(40, number, size, `data:image/png;base64,${ONE_MB.repeat(3)}`);
		case 'deep':
			return `{"data":{"runs":[{"run_id":"a","inputs":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}]}}`;
		default:
			return page(RUNS, number, size, 'a red fox '.repeat(60));
	}
}

export async function openBigService(): Promise<BigService> {
	const server = createServer(({ url = '/' }, response) => {
		const { searchParams } = new URL(url, 'http://x');
		response.writeHead(200, { 'content-type': 'application/json' }).end(answerTo(searchParams));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
