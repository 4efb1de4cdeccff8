import { fileNameOfLink } from '../../../nodes/core/files/fileType';
import { nameInDisposition, readDataUri } from '../../../nodes/core/files/link';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const base64 = PNG.toString('base64');

it.each([
	['plain', `data:image/png;base64,${base64}`],
	['of no type', `data:;base64,${base64}`],
	['with a parameter', `data:image/png;charset=utf-8;base64,${base64}`],
	['with a name that holds a comma', `data:image/png;name="a,b.png";base64,${base64}`],
	['in capitals', `DATA:image/PNG;BASE64,${base64}`],
	['with blanks', ` data: image/png; base64 ,${base64}`],
	['with line breaks', `data:image/png;base64,${base64.slice(0, 4)}\r\n${base64.slice(4)}`],
	['in base64url', `data:image/png;base64,${PNG.toString('base64url')}`],
	['percent-encoded', `data:image/png;base64,${encodeURIComponent(base64)}`],
])('a file in its own link, %s, is its bytes', (_, link) =>
	expect(readDataUri(link)?.bytes()).toEqual(PNG),
);

it.each([
	['https://h/a.png;jsessionid=1', 'a.png'],
	['https://h/x?Filename=A.mp4', 'A.mp4'],
	['https://h/x?fileName=A.mp4', 'A.mp4'],
	['/view?filename=sub%2FAnim_00001.mp4&type=output', 'Anim_00001.mp4'],
	['https://h/?filename=..%2F..%2Fetc%2Fpasswd.png', 'passwd.png'],
	['https://h/%E6%97%A5.png', '日.png'],
	['https://h/v1.2/file', undefined],
])('the file name in %s is %j', (link, name) => expect(fileNameOfLink(link)).toBe(name));

it.each([
	['attachment; filename=a b.png; size=3', 'a b.png'],
	['inline; filename="a\\"b.png"', 'a"b.png'],
	['attachment; filename="C:\\\\x\\\\y.png"', 'y.png'],
	['attachment; filename*="UTF-8\'\'a%20b.png"', 'a b.png'],
	['attachment; filename="a;b.png"', 'a;b.png'],
	['attachment; filename="caf\u00c3\u00a9.png"', 'café.png'],
	['attachment; filename=""', undefined],
])('the file name in %s is %j', (header, name) => expect(nameInDisposition(header)).toBe(name));
