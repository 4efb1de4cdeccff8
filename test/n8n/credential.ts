import type { Check } from './check';
import { equal, match } from './platform';
import { credentialType } from './site';
import type { Stage } from './stage';

/** The "Test" button of the credential, as n8n's server answers it. */
export const credential = ({ rest, flowscale, addCredential }: Stage): Check[] => {
	const { baseUrl, apiKey } = flowscale;
	const test = async (data: Record<string, unknown>) => {
		const saved = await addCredential('tested', data);
		return await rest.testCredential(saved, credentialType, data);
	};
	const good = { baseUrl, authentication: 'apiKey', apiKey };

	return [
		...['', '/', '/api/v1', '/api/v1/'].map((ending) => ({
			name: `the test is green for a good key and an address ending in "${ending}"`,
			run: async () => equal((await test({ ...good, baseUrl: `${baseUrl}${ending}` })).status, 'OK'),
		})),
		{
			name: 'a wrong key is called a wrong key',
			run: async () => {
				const { status, message } = await test({ ...good, apiKey: 'wrong' });
				equal(status, 'Error');
				// n8n 1.123 leaves the package's own words aside.
				match(message, /does not accept this key|check your credentials/);
			},
		},
		{
			name: 'a host that is not there is not called a wrong key',
			run: async () => {
				const { status, message } = await test({ ...good, baseUrl: 'http://127.0.0.1:9' });
				equal(status, 'Error');
				match(message, /refused|connect|reach/i);
			},
		},
	];
};
