import { createHmac } from '../platform';

export interface Links {
	/** A link to a path of the download host, valid for the link lifetime from now. */
	sign(path: string): string;
	/** Whether the host accepts a link. */
	check(path: string, query: Record<string, string>): 'good' | 'expired' | 'forged';
}

/** Pre-signed links in the manner of S3 (protocols: output, download). Lifetime in ms. */
export function createLinks(options: {
	secret: string;
	origin: () => string;
	lifetimeMs: number;
}): Links {
	const signature = (path: string, date: string, expires: string) =>
		createHmac('sha256', options.secret).update(`${path}\n${date}\n${expires}`).digest('hex');

	return {
		sign: (path) => {
			const encoded = path.split('/').map(encodeURIComponent).join('/');
			const date = new Date().toISOString();
			const expires = String(options.lifetimeMs / 1000);
			const query = new URLSearchParams({
				'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
				'X-Amz-Date': date,
				'X-Amz-Expires': expires,
				'X-Amz-Signature': signature(encoded, date, expires),
			});
			return `${options.origin()}${encoded}?${query.toString()}`;
		},
		check: (path, query) => {
			const { 'X-Amz-Date': date = '', 'X-Amz-Expires': expires = '' } = query;
			if (query['X-Amz-Signature'] !== signature(path, date, expires)) return 'forged';
			return Date.now() > Date.parse(date) + Number(expires) * 1000 ? 'expired' : 'good';
		},
	};
}
