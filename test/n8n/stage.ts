import { startFlowscale, type Flowscale, type FlowscaleOptions } from '../../simulator/flowscale/startFlowscale';
import type { Credential } from './connectRest';
import type { Site } from './site';

/** What a group of checks plays on: an n8n with the package, a Flowscale, and a credential between them. */
export interface Stage extends Site {
	flowscale: Flowscale;
	credential: Credential;
}

export const setStage = async (site: Site, options?: FlowscaleOptions): Promise<Stage> => {
	const flowscale = await startFlowscale(options);
	const { baseUrl, apiKey } = flowscale;
	const credential = await site.addCredential('Flowscale', { baseUrl, authentication: 'apiKey', apiKey });
	return { ...site, flowscale, credential };
};
