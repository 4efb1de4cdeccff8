import type { Check } from './check';
import { equal, match } from './platform';
import { credentialDataOf, type Connection } from './stage';
import type { Site } from './site';

/** The "Test" button of a credential, as n8n's server answers it. */
export const credential = (
	{ rest, addCredential }: Site,
	{ from, service }: Connection,
): Check[] => {
	const { credentialType, addressEndings } = from;
	const good = credentialDataOf(from, service);
	const test = async (changes: Record<string, unknown> = {}) => {
		const data = { ...good, ...changes };
		const saved = await addCredential('tested', data, credentialType);
		// The editor gives a new node the newest credential, so no wrong one may stay.
		return await rest
			.testCredential(saved, credentialType, data)
			.finally(async () => await rest.removeCredential(saved));
	};

	return [
		...addressEndings.map((ending) => ({
			name: `${credentialType}: the test is green for a good key and an address ending in "${ending}"`,
			run: async () => {
				const { status, message } = await test({ baseUrl: `${service.baseUrl}${ending}` });
				equal(status, 'OK', message);
			},
		})),
		{
			name: `${credentialType}: a wrong key is called a wrong key`,
			run: async () => {
				const { status, message } = await test({ apiKey: 'wrong' });
				equal(status, 'Error');
				// n8n 1.123 leaves the package's own words aside.
				match(
					message,
					/does not accept this API key|does not accept this key|check your credentials|Check the API Key/,
				);
			},
		},
		{
			name: `${credentialType}: a host that is not there is not called a wrong key`,
			run: async () => {
				const { status, message } = await test({ baseUrl: 'http://127.0.0.1:9' });
				equal(status, 'Error');
				match(message, /refused|connect|reach/i);
			},
		},
	];
};
