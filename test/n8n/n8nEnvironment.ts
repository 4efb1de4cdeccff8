/** The settings of every n8n process of the suite: keep to this machine, and keep quiet. */
export const n8nEnvironment = (userFolder: string, brokerPort: number): NodeJS.ProcessEnv => ({
	N8N_USER_FOLDER: userFolder,
	N8N_ENCRYPTION_KEY: 'a key that all processes of one test share',
	N8N_LISTEN_ADDRESS: '127.0.0.1',
	N8N_RUNNERS_BROKER_PORT: `${brokerPort}`,
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_SECURE_COOKIE: 'false',
	N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
	GENERIC_TIMEZONE: 'UTC',
});
