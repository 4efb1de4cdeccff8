import {
	startFlowscale,
	type Flowscale,
	type FlowscaleOptions,
} from '../../simulator/flowscale/startFlowscale';
import type { Credential } from './connectRest';
import { flowscalePackage, type Package, type Service } from './packages';
import type { Site } from './site';

/** One service, and the credential that leads an n8n to it. */
export interface Connection {
	from: Package;
	service: Service;
	credential: Credential;
}

/** What a group of checks plays on: an n8n with packages, and the service of each. */
export interface Harness extends Site {
	flowscale: Flowscale;
	credential: Credential;
	connections: Connection[];
	close(): Promise<void>;
}

/** What is entered into the credential of a package. */
export const credentialDataOf = ({ credentialData }: Package, { baseUrl, apiKey }: Service) => ({
	...credentialData,
	baseUrl,
	apiKey,
});

export const setHarness = async (site: Site, options?: FlowscaleOptions): Promise<Harness> => {
	const flowscale = await startFlowscale(options);
	const connect = async (from: Package): Promise<Connection> => {
		const service = from.name === flowscalePackage.name ? flowscale : await from.start();
		const credential = await site.addCredential(
			`${from.title} account`,
			credentialDataOf(from, service),
			from.credentialType,
		);
		return { from, service, credential };
	};
	const connections: Connection[] = [];
	for (const one of site.packed) connections.push(await connect(one));
	const raw = connections.find(({ service }) => service === flowscale);
	if (!raw) throw new Error('n8n-nodes-flowscale is not installed');
	return {
		...site,
		flowscale,
		credential: raw.credential,
		connections,
		close: async () => {
			await site.server.stop();
			await Promise.all(connections.map(async ({ service }) => await service.close()));
		},
	};
};
