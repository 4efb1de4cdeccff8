import { startComflowy } from '../../simulator/comflowy/startComflowy';
import { startFlowAi } from '../../simulator/flowai/startFlowAi';
import { startFlowscale } from '../../simulator/flowscale/startFlowscale';
import { packPackage } from './installPackage';
import { join, repository } from './platform';

/** A stand-in for the service of a package. */
export interface Service {
	readonly baseUrl: string;
	readonly apiKey: string | null;
	/** Requests that no document of the vendor knows. */
	readonly unknown: string[];
	close(): Promise<void>;
}

export interface NodeUnderTest {
	name: string;
	/** Finds it in the nodes panel, besides its name. */
	searchWord: string;
	credentialType?: string;
	isTool?: boolean;
}

/** A package of this repository, as n8n and its users meet it. */
export interface Package {
	name: string;
	/** The service as its users call it. */
	title: string;
	folder: string;
	credentialType: string;
	/** What its credential holds besides address and key. */
	credentialData?: Record<string, unknown>;
	/** What users may leave at the end of the address. */
	addressEndings: string[];
	nodes: NodeUnderTest[];
	start(): Promise<Service>;
}

export type PackedPackage = Package & { tarball: string };

/** The credential of the package that most checks are about. */
export const credentialType = 'flowscaleApi';

export const flowscalePackage: Package = {
	name: 'n8n-nodes-flowscale',
	title: 'Flowscale',
	folder: repository,
	credentialType,
	credentialData: { authentication: 'apiKey' },
	addressEndings: ['', '/', '/api/v1', '/api/v1/'],
	nodes: [
		{ name: 'flowscale', searchWord: 'ComfyUI', credentialType, isTool: true },
		{ name: 'flowscaleTrigger', searchWord: 'ComfyUI', credentialType },
	],
	start: startFlowscale,
};

/** Its runs last long enough for n8n to save an execution before Comflowy calls back. */
const callbackRunMs = 8_000;

export const siblings: Package[] = [
	{
		name: 'n8n-nodes-comflowy',
		title: 'Comflowy',
		folder: join(repository, 'packages/n8n-nodes-comflowy'),
		credentialType: 'comflowyApi',
		addressEndings: ['', '/', '/api/open/v0'],
		nodes: [
			{ name: 'comflowy', searchWord: 'ComfyUI', credentialType: 'comflowyApi', isTool: true },
			{ name: 'comflowyTrigger', searchWord: 'callback' },
		],
		start: async () => await startComflowy({ runMs: callbackRunMs }),
	},
	{
		name: 'n8n-nodes-flowai',
		title: 'FlowAI',
		folder: join(repository, 'packages/n8n-nodes-flowai'),
		credentialType: 'flowAiApi',
		addressEndings: ['', '/', '/v1/api'],
		nodes: [{ name: 'flowAi', searchWord: 'LLM', credentialType: 'flowAiApi', isTool: true }],
		start: async () => await startFlowAi({ pieceMs: 100 }),
	},
];

export const packages = [flowscalePackage, ...siblings];

/** `npm pack` of all of them. */
export const packPackages = async (target: string): Promise<PackedPackage[]> =>
	await Promise.all(
		packages.map(async (one) => ({ ...one, tarball: await packPackage(one.folder, target) })),
	);
