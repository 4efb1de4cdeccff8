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

	/** What n8n's dialog shows for each change, one test after the other of one saved credential. */
	const verdicts = async (changes: Array<Record<string, unknown>>) => {
		const saved = await addCredential('tested', good, credentialType);
		const all: string[] = [];
		try {
			for (const change of changes) {
				const data = { ...good, ...change };
				const { status, message } = await rest.testCredential(saved, credentialType, data);
				all.push(status === 'OK' ? 'OK' : message);
			}
			return all;
		} finally {
			await rest.removeCredential(saved);
		}
	};
	const WRONG_KEY = /this API key.*(Copy the key from|Check the API Key)/;

	return [
		...addressEndings.map((ending) => ({
			name: `${credentialType}: the test is green for a good key and an address ending in "${ending}"`,
			run: async () => {
				const { status, message } = await test({ baseUrl: `${service.baseUrl}${ending}` });
				equal(status, 'OK', message);
			},
		})),
		{
			name: `${credentialType}: a wrong key is called a wrong key, also after a right one and the second time`,
			run: async () => {
				const [right, wrong, again, rightAgain, last] = await verdicts([
					{},
					{ apiKey: 'wrong' },
					{ apiKey: 'wrong' },
					{},
					{ apiKey: 'wrong' },
				]);
				equal([right, rightAgain].join(), 'OK,OK');
				for (const message of [wrong, again, last]) match(message, WRONG_KEY);
			},
		},
		{
			name: `${credentialType}: what is wrong on the way is said in words, each time`,
			run: async () => {
				const port = new URL(service.baseUrl).port;
				const [first, second, name, tls, empty] = await verdicts([
					{ baseUrl: 'http://127.0.0.1:9' },
					{ baseUrl: '127.0.0.1:9' },
					{ baseUrl: 'nobody.invalid' },
					{ baseUrl: `https://127.0.0.1:${port}` },
					{ baseUrl: 'ftp://a.example' },
				]);
				const refused =
					/Nothing answers at 127\.0\.0\.1:9: the connection was refused\. Check the port/;
				match(first, refused);
				match(second, refused);
				match(name, /There is no host with the name nobody\.invalid\. Check the Base URL/);
				match(tls, /No secure connection.*enter the address with http:\/\/ in front/);
				match(empty, /is not a web address\. Enter/);
			},
		},
	];
};
