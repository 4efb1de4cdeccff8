import {
	extensionFor,
	mimeTypeOfLink,
	mimeTypeOfName,
	mimeTypeOfUpload,
	safeBaseName,
	safeFileName,
	tellingType,
} from '../../../nodes/core/files/fileType';
import { nameInDisposition } from '../../../nodes/core/files/link';
import { indexNames } from '../../../nodes/Flowscale/runs/outputNames';

describe('a file name', () => {
	it.each([
		['plain', 'fox.png', 'image/png', 'fox.png'],
		['with a path', '../../etc/passwd.png', 'image/png', 'passwd.png'],
		['with a path of Windows', 'C:\\Users\\x\\a.png', null, 'a.png'],
		['ending in a slash', 'a/b/', 'image/png', 'output.png'],
		['of dots', '..', null, 'output'],
		['with control characters', 'a\u0000b\r\n.png', 'image/png', 'ab.png'],
		['with text direction', 'gpj\u202Egnp.exe', null, 'gpjgnp.exe'],
		['with characters that disks refuse', 'a<b>:"|?*.png', 'image/png', 'ab.png'],
		['hidden', '.htaccess', 'text/plain', 'htaccess.txt'],
		['empty', '', 'video/mp4', 'output.mp4'],
		['empty, of no type', '', null, 'output'],
		['of blanks', '   ', 'image/png', 'output.png'],
		['without extension', 'prefix_1', 'image/webp', 'prefix_1.webp'],
		['without extension, of any type', 'prefix_1', 'application/octet-stream', 'prefix_1'],
		['with an extension nobody knows', 'a.ckpt', 'image/png', 'a.ckpt'],
		['not Latin', '狐 🦊.png', null, '狐 🦊.png'],
	])('%s: %j of %p becomes %j', (_, name, mimeType, safe) =>
		expect(safeFileName(name, mimeType)).toBe(safe),
	);

	it.each([
		['ending in a date', 'clip 2024.05.01', 'video/mp4', 'clip 2024.05.01.mp4'],
		['ending in a version', 'hero.v2', 'image/png', 'hero.v2.png'],
		['of a type with another word', 'sound', 'audio/x-wav', 'sound.wav'],
		['ending in a dot', 'photo.', 'image/png', 'photo.png'],
		['with a blank behind it', 'photo.png ', 'image/png', 'photo.png'],
		['of a device', 'CON', 'image/png', '_CON.png'],
		['of a device, with an extension', 'aux.txt', null, '_aux.txt'],
		['that begins like a device', 'console.txt', null, 'console.txt'],
	])('%s: %j of %p becomes %j', (_, name, mimeType, safe) =>
		expect(safeFileName(name, mimeType)).toBe(safe),
	);

	it.each([
		['plain', 'cat', 'cat'],
		['with the extension of its file', 'cat.png', 'cat'],
		['with slashes', 'A/B test', 'A_B test'],
		['of a way up', '../../etc/x', '_.._etc_x'],
		['with what disks refuse', 'a:b*c?\u0000', 'abc'],
		['of nothing', ' .. ', ''],
	])('of the user’s, %s: %j becomes %j', (_, name, safe) => expect(safeBaseName(name)).toBe(safe));

	it.each([
		['dots', `a${'.'.repeat(50_000)}b.png`],
		['dots alone', '.'.repeat(50_000)],
		['blanks', `a${' '.repeat(50_000)}b`],
		['slashes', '/'.repeat(50_000)],
		['endings', '.png'.repeat(50_000)],
		['underscores', '_'.repeat(50_000)],
	])('with 50,000 %s costs no time', (_, name) => {
		const begun = performance.now();
		for (let i = 0; i < 20; i++) {
			expect(safeFileName(name, 'image/png').length).toBeLessThanOrEqual(200);
			tellingType(name);
			mimeTypeOfLink(name);
			mimeTypeOfUpload(name, name);
			safeBaseName(name);
			nameInDisposition(`attachment; filename="${name}"`);
			indexNames([name, `${name}a`])(`${name}_1.png`);
		}
		// A pattern that backtracks takes seconds for each.
		expect(performance.now() - begun).toBeLessThan(2_000);
	});

	it('of 300 characters is cut and keeps its extension', () => {
		expect(safeFileName(`${'a'.repeat(300)}.png`, null)).toBe(`${'a'.repeat(196)}.png`);
		expect(safeFileName('a'.repeat(300), 'image/png')).toBe(`${'a'.repeat(196)}.png`);
		expect(safeFileName('a'.repeat(300), null)).toBe('a'.repeat(200));
	});

	it('of characters of several bytes is cut between two of them, to what disks take', () => {
		expect(safeFileName(`${'日'.repeat(150)}.png`, null)).toBe(`${'日'.repeat(78)}.png`);
		expect(safeFileName(`a${'😀'.repeat(150)}.png`, null)).toBe(`a${'😀'.repeat(58)}.png`);
	});

	it.each([
		['photo.png', 'application/octet-stream', 'image/png'],
		['photo.png', 'application/x-binary', 'image/png'],
		['photo.png', 'application/force-download', 'image/png'],
		['photo.png', '*/*', 'image/png'],
		['photo', 'IMAGE/PNG; charset=binary', 'image/png'],
		['photo', 'image/jpg', 'image/jpeg'],
		['model', 'application/octet-stream', 'application/octet-stream'],
	])('%s, stored as %s, is uploaded as %s', (name, stored, type) =>
		expect(mimeTypeOfUpload(name, stored)).toBe(type),
	);
});

describe('a MIME type', () => {
	it.each([
		['a.png', 'image/png'],
		['A.PNG', 'image/png'],
		['a', null],
		// A key of every object.
		['a.constructor', null],
	])('of the name %s is %s', (name, type) => expect(mimeTypeOfName(name)).toBe(type));

	it.each([
		['image/WebP; q=1', 'image/webp'],
		['text/html\r\nX: y', 'text/html'],
		['binary/octet-stream', undefined],
		['<script>', undefined],
		[undefined, undefined],
	])('of the header %j is %s', (header, type) => expect(tellingType(header)).toBe(type));

	it.each([
		['https://s3/a.png?sig=x.txt', 'image/png'],
		['https://s3/a', null],
	])('of the link %s is %s', (link, type) => expect(mimeTypeOfLink(link)).toBe(type));

	it.each([
		['image/png', 'png'],
		['image/jpeg', 'jpg'],
		['application/octet-stream', undefined],
		['nonsense', undefined],
	])('%s has the extension %p', (mimeType, extension) => {
		expect(extensionFor(mimeType)).toBe(extension);
	});

	it('is none for a name without extension', () => expect(mimeTypeOfName('png')).toBeNull());
});
