import { env } from '../../simulator/platform';

/** n8n reads these when its network code is loaded, so this file comes before the engine. */
env.N8N_SSRF_PROTECTION_ENABLED = 'true';
env.N8N_SSRF_ALLOWED_HOSTNAMES = 'localhost';
