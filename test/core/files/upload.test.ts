import busboy from 'busboy';
import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import type { Item } from '../../../nodes/core/items/item';
import { buildForm, type FilePart, filePartOf, type Form } from '../../../nodes/core/files/upload';
import { createServer, once, Readable } from '../../../simulator/platform';

interface Received {
	texts: Array<[string, string]>;
	files: Array<[name: string, fileName: string, mimeType: string, bytes: number, first: string]>;
	length: string | undefined;
}

/** Sends a form over a real socket with Node's own fetch; busboy says what arrived. */
async function sendForm({ body }: Form): Promise<Received> {
	const received: Received = { texts: [], files: [], length: undefined };
	const server = createServer((incoming, answer) => {
		received.length = incoming.headers['content-length'];
		const parser = busboy({
			headers: incoming.headers,
			defParamCharset: 'utf8',
			limits: { fieldSize: 10_000_000 },
		});
		parser.on('field', (name, value) => received.texts.push([name, value]));
		parser.on('file', (name, stream, { filename, mimeType }) => {
			const chunks: Buffer[] = [];
			stream.on('data', (chunk: Buffer) => chunks.push(chunk));
			stream.on('end', () => {
				const whole = Buffer.concat(chunks);
				received.files.push([
					name,
					filename ?? '',
					mimeType,
					whole.length,
					whole.subarray(0, 8).toString('latin1'),
				]);
			});
		});
		parser.on('close', () => answer.end());
		incoming.pipe(parser);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	try {
		const answer = await fetch(
			`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`,
			{ method: 'POST', body },
		);
		await answer.text();
	} finally {
		server.closeAllConnections();
		server.close();
	}
	return received;
}

const partOf = (content: Buffer, fileName = 'a.png', mimeType = 'image/png'): FilePart => ({
	fileName,
	mimeType,
	bytes: content.length,
	open: async () => Readable.from(content.length > 0 ? [content] : []),
});

describe('a form', () => {
	it.each<[string, Record<string, string | string[]>, Array<[string, string]>]>([
		[
			'texts',
			{ prompt: 'a fox', steps: '20' },
			[
				['prompt', 'a fox'],
				['steps', '20'],
			],
		],
		[
			'several values under one name',
			{ tag: ['a', 'b'] },
			[
				['tag', 'a'],
				['tag', 'b'],
			],
		],
		['an empty text', { prompt: '' }, [['prompt', '']]],
		['an empty list as nothing', { tag: [] }, []],
		['other scripts', { prompt: '狐 🦊 ñ' }, [['prompt', '狐 🦊 ñ']]],
		[
			'text that looks like a boundary',
			{ prompt: '--x\r\n\r\nContent-Disposition: form-data; name="evil"\r\n\r\n1' },
			[['prompt', '--x\r\n\r\nContent-Disposition: form-data; name="evil"\r\n\r\n1']],
		],
		[
			'names with quotes and line breaks, which stay names',
			{ 'a"b\r\nX: y': '1' },
			[['a%22b%0D%0AX: y', '1']],
		],
	])('carries %s', async (_, texts, expected) => {
		expect(await sendForm(buildForm(texts, []))).toMatchObject({ texts: expected, files: [] });
	});

	it('carries files with name, type and bytes, several under one name in order', async () => {
		const form = buildForm({ prompt: 'x' }, [
			['image', partOf(Buffer.from('first'), 'a.png')],
			['image', partOf(Buffer.from('second'), 'b.jpg', 'image/jpeg')],
			['mask', partOf(Buffer.alloc(0), 'c.png')],
		]);
		const { files, length } = await sendForm(form);
		expect(files).toEqual([
			['image', 'a.png', 'image/png', 5, 'first'],
			['image', 'b.jpg', 'image/jpeg', 6, 'second'],
			['mask', 'c.png', 'image/png', 0, ''],
		]);
		expect(Number(length)).toBeGreaterThan(0);
	});

	it.each([
		['quotes', 'a"b.png', 'a%22b.png'],
		['line breaks', 'a\r\nX-Evil: 1.png', 'a%0D%0AX-Evil: 1.png'],
		['other scripts', '狐.png', '狐.png'],
		['300 characters', `${'a'.repeat(296)}.png`, `${'a'.repeat(296)}.png`],
	])('keeps a file name with %s a file name', async (_, fileName, arrived) => {
		const { files, texts } = await sendForm(
			buildForm({}, [['image', partOf(Buffer.from('x'), fileName)]]),
		);
		expect([files.map(([name, received]) => [name, received]), texts]).toEqual([
			[['image', arrived]],
			[],
		]);
	});

	it('streams: a file of 64 MB is never held', async () => {
		let [ahead, most] = [0, 0];
		const chunk = Buffer.alloc(65_536);
		const open = async () =>
			(async function* () {
				for (let index = 0; index < 1_024; index++) {
					most = Math.max(most, ++ahead);
					yield chunk;
					ahead--;
				}
			})();
		const { files } = await sendForm(
			buildForm({}, [
				['video', { fileName: 'v.mp4', mimeType: 'video/mp4', bytes: 1_024 * 65_536, open }],
			]),
		);
		expect([files[0][3], most]).toEqual([67_108_864, 1]);
	});

	it('knows when the service may act on it: once every file was read to its end', async () => {
		const form = buildForm({}, [
			['a', partOf(Buffer.from('x'))],
			['b', partOf(Buffer.from('y'))],
		]);
		let isNoted = false;
		void form.whenRead.then(() => (isNoted = true));
		await Promise.resolve();
		expect([form.isRead(), isNoted]).toEqual([false, false]);
		await sendForm(form);
		expect([form.isRead(), isNoted]).toEqual([true, true]);
		const withoutFiles = buildForm({ prompt: 'x' }, []);
		await withoutFiles.whenRead;
		expect(withoutFiles.isRead()).toBe(true);
	});

	it('is not read when a file breaks off', async () => {
		const open = async () =>
			(async function* () {
				yield Buffer.from('x');
				await Promise.reject(new Error('disk'));
			})();
		const form = buildForm({}, [['a', { fileName: 'a', mimeType: 'image/png', bytes: 9, open }]]);
		// Read as axios reads it; Node 24's own fetch never ends when a part breaks off.
		const [part] = form.body.getAll('a') as unknown as Array<{
			stream(): AsyncIterable<Uint8Array>;
		}>;
		const readAll = async () => {
			const chunks: Uint8Array[] = [];
			for await (const chunk of part.stream()) chunks.push(chunk);
		};
		await expect(readAll()).rejects.toThrow('disk');
		expect(form.isRead()).toBe(false);
	});
});

describe('a form that is closed before its end', () => {
	/** A file whose opened streams are kept; it is opened when `opening` says so. */
	const tracked = (opening: Promise<unknown> = Promise.resolve()) => {
		const streams: Readable[] = [];
		const open = async () => {
			await opening;
			const stream = Readable.from([Buffer.from('x'), Buffer.from('y')]);
			streams.push(stream);
			return stream;
		};
		const form = buildForm({}, [['a', { fileName: 'a', mimeType: 'image/png', bytes: 2, open }]]);
		const [part] = form.body.getAll('a') as unknown as Array<{
			stream(): AsyncGenerator<Uint8Array>;
		}>;
		return { form, streams, chunks: part.stream() };
	};

	it('leaves no file open whose reader stays away', async () => {
		const { form, streams, chunks } = tracked();
		await chunks.next();
		form.close();
		expect(streams.map(({ destroyed }) => destroyed)).toEqual([true]);
		expect(form.isRead()).toBe(false);
	});

	it('leaves none open that was being opened', async () => {
		let opened = () => {};
		const { form, streams, chunks } = tracked(new Promise<void>((resolve) => (opened = resolve)));
		const first = chunks.next();
		form.close();
		opened();
		await expect(first).rejects.toThrow('The upload was given up');
		expect(streams.map(({ destroyed }) => destroyed)).toEqual([true]);
	});

	it('opens none any more', async () => {
		const { form, streams, chunks } = tracked();
		form.close();
		await expect(chunks.next()).rejects.toThrow('The upload was given up');
		expect(streams).toEqual([]);
	});
});

describe('a binary of an item', () => {
	const itemWith = (binary: Partial<IBinaryData>, isStored: boolean) => {
		const helpers = {
			getBinaryDataBuffer: async () => Buffer.from('memory'),
			getBinaryMetadata: async () => ({ fileSize: 4 }),
			getBinaryStream: async () => Readable.from([Buffer.from('disk')]),
		};
		const data = {
			data: '',
			mimeType: '',
			...binary,
			...(isStored ? { id: 'filesystem-v2:x' } : {}),
		};
		return {
			context: { helpers } as unknown as IExecuteFunctions,
			index: 0,
			binary: () => data,
		} as unknown as Item;
	};
	it.each([
		[
			'in memory',
			false,
			{ fileName: 'a.png', mimeType: 'image/png' },
			{ fileName: 'a.png', mimeType: 'image/png', bytes: 6 },
		],
		[
			'on disk',
			true,
			{ fileName: 'a.png', mimeType: 'image/png' },
			{ fileName: 'a.png', mimeType: 'image/png', bytes: 4 },
		],
		[
			'without name',
			true,
			{ fileExtension: 'mp4', mimeType: 'video/mp4' },
			{ fileName: 'data.mp4', mimeType: 'video/mp4', bytes: 4 },
		],
		[
			'without name and extension',
			true,
			{ mimeType: 'video/mp4' },
			{ fileName: 'data.mp4', mimeType: 'video/mp4', bytes: 4 },
		],
		[
			'stored without its type',
			true,
			{ fileName: 'photo.png', mimeType: 'application/octet-stream' },
			{ fileName: 'photo.png', mimeType: 'image/png', bytes: 4 },
		],
		[
			'whose name has no extension',
			true,
			{ fileName: 'photo', mimeType: 'image/png' },
			{ fileName: 'photo.png', mimeType: 'image/png', bytes: 4 },
		],
		[
			'whose name ends in a date',
			true,
			{ fileName: 'clip 2024.05.01', mimeType: 'video/mp4' },
			{ fileName: 'clip 2024.05.01.mp4', mimeType: 'video/mp4', bytes: 4 },
		],
		[
			'of no known type',
			true,
			{ fileName: 'weights', mimeType: 'application/octet-stream' },
			{ fileName: 'weights', mimeType: 'application/octet-stream', bytes: 4 },
		],
		[
			'without type',
			true,
			{ fileName: 'a.webp' },
			{ fileName: 'a.webp', mimeType: 'image/webp', bytes: 4 },
		],
		[
			'with a type that is none',
			true,
			{ fileName: 'a', mimeType: 'x\r\nEvil: 1' },
			{ fileName: 'a', mimeType: 'application/octet-stream', bytes: 4 },
		],
	])('%s', async (_, isStored, binary, expected) => {
		const part = await filePartOf(itemWith(binary, isStored), 'data');
		expect(part).toMatchObject(expected);
		const chunks: Uint8Array[] = [];
		for await (const chunk of await part.open()) chunks.push(chunk);
		expect(Buffer.concat(chunks).toString()).toBe(isStored ? 'disk' : 'memory');
	});

	it('that n8n deletes between two tries is named by its field, too', async () => {
		const item = itemWith({ fileName: 'a.png' }, true);
		const part = await filePartOf(item, 'photo');
		item.context.helpers.getBinaryStream = async () =>
			await Promise.reject(new Error('File not found'));
		const form = buildForm({}, [['image', part]]);
		const [sent] = form.body.getAll('image') as unknown as Array<{
			stream(): AsyncGenerator<Uint8Array>;
		}>;
		const message = 'The file in binary field "photo" cannot be read (File not found)';
		await expect(sent.stream().next()).rejects.toMatchObject({ message });
		// Behind the network failure that it looks like, the reason stays known.
		expect([form.failure()?.message, form.isRead()]).toEqual([message, false]);
	});

	it('that n8n keeps in memory, and has lost, is named by its field, too', async () => {
		const item = itemWith({ fileName: 'a.png' }, false);
		item.context.helpers.getBinaryDataBuffer = async () =>
			await Promise.reject(new Error('no bytes'));
		await expect(filePartOf(item, 'photo')).rejects.toMatchObject({
			message: 'The file in binary field "photo" cannot be read (no bytes)',
		});
	});

	it('that n8n has deleted is named by its field', async () => {
		const gone = async () => await Promise.reject(new Error('File not found'));
		const item = itemWith({ fileName: 'a.png' }, true);
		item.context.helpers.getBinaryMetadata = gone;
		await expect(filePartOf(item, 'photo')).rejects.toMatchObject({
			message: 'The file in binary field "photo" cannot be read (File not found)',
		});
	});
});
