import type { Dialect } from './dialect';

/**
 * A point in time (ms since 1970) as the service writes it. `2024-01-15T10:30:00Z` is documented
 * (protocols: run detail); the others are what services commonly send.
 */
export function timestamp(ms: number, style: Dialect['timestamps']): string | number {
	const precise = new Date(ms).toISOString();
	const seconds = precise.slice(0, 19);
	switch (style) {
		case 'seconds':
			return `${seconds}Z`;
		case 'millis':
			return precise;
		case 'micros':
			return `${precise.slice(0, 23)}000+00:00`;
		case 'offset':
			return `${seconds}+00:00`;
		case 'noZone':
			return `${precise.slice(0, 23)}000`;
		case 'epochSeconds':
			return Math.floor(ms / 1000);
		case 'epochMillis':
			return ms;
	}
}
