import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IDataObject,
	IExecuteFunctions,
	IHttpRequestMethods,
	IN8nHttpFullResponse,
	INodeExecutionData,
	INodeProperties,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { type Readable, sleep } from '../../simulator/platform';

/*
 * Stand-ins for three nodes of n8n-nodes-base, which is not installed here. They do what the real
 * ones do for this workflow: HTTP Request 4.x sends the requests of all items at once, Wait below
 * 65 s sleeps in memory with all items together, If splits the items. What the real ones do besides
 * (pagination, batching, type checks) is left out, to their favour.
 */

const field = (
	name: string,
	type: INodeProperties['type'],
	fallback: unknown,
): INodeProperties => ({ displayName: name, name, type, default: fallback as string });

function descriptionOf(
	name: string,
	outputs: number,
	properties: INodeProperties[],
): INodeTypeDescription {
	return {
		displayName: name,
		name,
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name },
		inputs: [NodeConnectionTypes.Main],
		outputs: Array.from({ length: outputs }, () => NodeConnectionTypes.Main),
		credentials: name === 'httpRequest' ? [{ name: 'flowscaleApi' }] : undefined,
		properties,
	};
}

export class HttpRequestStandIn implements INodeType {
	description = descriptionOf('httpRequest', 1, [
		field('method', 'string', 'GET'),
		field('url', 'string', ''),
		field('form', 'string', ''),
		field('isFile', 'boolean', false),
	]);

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const sent = this.getInputData().map(async (_, item): Promise<INodeExecutionData> => {
			const url = this.getNodeParameter('url', item) as string;
			if (this.getNodeParameter('isFile', item) === true) {
				const answer = (await this.helpers.httpRequest({
					url,
					encoding: 'stream',
					returnFullResponse: true,
				})) as IN8nHttpFullResponse;
				const binary = await this.helpers.prepareBinaryData(
					answer.body as unknown as Readable,
					'file.bin',
					'application/octet-stream',
				);
				return { json: {}, binary: { data: binary }, pairedItem: { item } };
			}
			const form = this.getNodeParameter('form', item) as string;
			const body = form === '' ? undefined : new FormData();
			if (body)
				for (const [name, value] of Object.entries(JSON.parse(form) as IDataObject))
					body.append(name, String(value));
			const method = this.getNodeParameter('method', item) as IHttpRequestMethods;
			const json = (await this.helpers.httpRequestWithAuthentication.call(this, 'flowscaleApi', {
				method,
				url,
				body: body as never,
				json: true,
			})) as IDataObject;
			return { json, pairedItem: { item } };
		});
		return [await Promise.all(sent)];
	}
}

export class WaitStandIn implements INodeType {
	description = descriptionOf('wait', 1, [field('amount', 'number', 5)]);

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		await sleep((this.getNodeParameter('amount', 0) as number) * 1000);
		return [this.getInputData()];
	}
}

export class IfStandIn implements INodeType {
	description = descriptionOf('if', 2, [field('left', 'string', ''), field('right', 'string', '')]);

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const isTrue = (_: INodeExecutionData, item: number) =>
			this.getNodeParameter('left', item) === this.getNodeParameter('right', item);
		const items = this.getInputData();
		return [items.filter(isTrue), items.filter((entry, item) => !isTrue(entry, item))];
	}
}
