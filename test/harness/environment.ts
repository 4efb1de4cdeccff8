import 'reflect-metadata';
import { env, join, tmpdir } from '../../simulator/platform';

/** n8n-core reads these when it is loaded, so this file comes before it. */
env.N8N_USER_FOLDER ??= join(
	tmpdir(),
	`n8n-engine-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`,
);
env.N8N_ENCRYPTION_KEY ??= 'engine-tests';
env.N8N_LOG_LEVEL ??= 'silent';
env.N8N_RUNNERS_ENABLED ??= 'false';
env.N8N_DIAGNOSTICS_ENABLED ??= 'false';

export const userFolder = env.N8N_USER_FOLDER;
