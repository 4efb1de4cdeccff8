import { connectRest, type Credential, type Rest } from './connectRest';
import type { InstalledN8n } from './installN8n';
import { installPackage } from './installPackage';
import { credentialType, type PackedPackage } from './packages';
import { fs, join } from './platform';
import { startN8n, type N8nServer } from './startN8n';

/** An n8n as its owner left it after the first evening: packages in, account made, signed in. */
export interface Site {
	n8n: InstalledN8n;
	server: N8nServer;
	rest: Rest;
	/** What is installed in it. */
	packed: PackedPackage[];
	addCredential(name: string, data: Record<string, unknown>, type?: string): Promise<Credential>;
	/** Stops n8n, leaves it with these community packages and no others, and starts it again. */
	reinstall(packed: PackedPackage[]): Promise<void>;
}

export interface SitePlan {
	folder: string;
	packed: PackedPackage[];
	port?: number;
	env?: NodeJS.ProcessEnv;
}

export const openSite = async (
	n8n: InstalledN8n,
	{ folder, packed, port, env }: SitePlan,
): Promise<Site> => {
	const userFolder = join(folder, n8n.generation.name);
	await fs.mkdir(userFolder, { recursive: true });
	for (const { tarball } of packed) await installPackage(tarball, userFolder);
	const server = await startN8n(n8n, { userFolder, port, env });
	const rest = connectRest(server.baseUrl, n8n.generation);
	await rest.setUpOwner();
	return {
		n8n,
		server,
		rest,
		packed,
		addCredential: async (name, data, type = credentialType) =>
			await rest.createCredential(name, type, data),
		reinstall: async (others) => {
			await server.stop();
			await fs.rm(join(userFolder, '.n8n/nodes'), { recursive: true, force: true });
			for (const { tarball } of others) await installPackage(tarball, userFolder);
			await server.start();
			await rest.signIn();
		},
	};
};
