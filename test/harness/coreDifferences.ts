/** Which of the two Jest projects this is (jest.config.js). */
declare const ENGINE: '1.x' | '2.x';

/**
 * Where the engines differ in what these tests see; all else is the same on both. Not seen here,
 * since the project's own set-up mends it: 1.x keeps intervals that hold the process
 * (unrefIntervals.js).
 */
const differences = {
	/**
	 * What the credential test says: 2.x finds the answer in the error's cause and takes the
	 * credential's own words. 1.x (n8n-workflow 1.120 › NodeApiError) keeps no cause, so n8n's stock
	 * phrase for the status or code is shown.
	 */
	wrongKey: {
		'2.x': 'The deployment was reached, but it does not accept this key',
		'1.x': 'Authorization failed - please check your credentials',
	},
	noKey: {
		'2.x': 'The deployment was reached, but this key has no access to it',
		'1.x': 'Forbidden - perhaps check your credentials?',
	},
	nothingThere: {
		'2.x': 'There is no Flowscale API at this address: check the Base URL',
		'1.x': 'The resource you are requesting could not be found',
	},
	unreachable: {
		'2.x': 'ECONNREFUSED',
		'1.x': 'The service refused the connection - perhaps it is offline',
	},
	selfSigned: { '2.x': 'DEPTH_ZERO_SELF_SIGNED_CERT', '1.x': 'self-signed certificate' },
} as const;

/** What this engine says. */
export const said = (what: keyof typeof differences): string => differences[what][ENGINE];

/**
 * What the credential test shows for a redirect: 1.x knows no cause, and says something of its own.
 */
export const redirectMessage = (status: number): unknown =>
	ENGINE === '2.x'
		? `The deployment redirects to another address (HTTP ${status}), where the key is not sent. Open the Base URL in a browser and enter the address that it leads to.`
		: expect.any(String);
