import { extensionFor, mimeTypeOfName } from './mimeType';

const LONGEST_NAME = 200;

/**
 * A service's file name made safe for a binary field and whatever disk it ends on: no path, no control characters,
 * at most 200 characters with its extension kept, never empty.
 */
export function safeFileName(filename: string, mimeType: string | null): string {
	const last = filename.split(/[\\/]/).at(-1) ?? '';
	const plain = last.replace(/[\p{Cc}\p{Cf}<>:"|?*]/gu, '').replace(/^[.\s]+|[.\s]+$/g, '');
	const named = plain === '' ? 'output' : plain;
	const extension =
		mimeTypeOfName(named) === null && mimeType !== null ? extensionFor(mimeType) : undefined;
	const whole =
		extension === undefined || /\.[a-z0-9]{1,12}$/i.test(named) ? named : `${named}.${extension}`;
	if (whole.length <= LONGEST_NAME) return whole;
	const ending = /\.[a-z0-9]{1,12}$/i.exec(whole)?.[0] ?? '';
	return `${whole.slice(0, LONGEST_NAME - ending.length)}${ending}`;
}
