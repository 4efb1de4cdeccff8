import { connectRest, type Credential, type Rest } from './connectRest';
import type { InstalledN8n } from './installN8n';
import { installPackage } from './installPackage';
import { fs, join } from './platform';
import { startN8n, type N8nServer } from './startN8n';

/** An n8n as its owner left it after the first evening: package in, account made, signed in. */
export interface Site {
	n8n: InstalledN8n;
	server: N8nServer;
	rest: Rest;
	addCredential(name: string, data: Record<string, unknown>): Promise<Credential>;
}

export interface SitePlan {
	folder: string;
	tarball: string;
	port?: number;
	env?: NodeJS.ProcessEnv;
}

export const credentialType = 'flowscaleApi';

export const openSite = async (n8n: InstalledN8n, { folder, tarball, port, env }: SitePlan): Promise<Site> => {
	const userFolder = join(folder, n8n.generation.name);
	await fs.mkdir(userFolder, { recursive: true });
	await installPackage(tarball, userFolder);
	const server = await startN8n(n8n, { userFolder, port, env });
	const rest = connectRest(server.baseUrl, n8n.generation);
	await rest.setUpOwner();
	return {
		n8n,
		server,
		rest,
		addCredential: async (name, data) => await rest.createCredential(name, credentialType, data),
	};
};
