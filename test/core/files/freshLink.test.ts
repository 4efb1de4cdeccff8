import { findFreshLink, matchOutput } from '../../../nodes/core/files/freshLink';
import type { Output } from '../../../nodes/core/runs/run';
import { aRun } from '../../harness/runs';

const out = (download_url: string, more: object = {}): Output => ({
	filename: 'out.png',
	download_url,
	generation_status: null,
	mime_type: null,
	...more,
});
const links = (...all: string[]) => all.map((link) => out(link));

describe('an output that is listed again', () => {
	it.each<[string, Output[], Output[], Array<string | undefined>]>([
		[
			'is matched by the path of its link, in any order',
			links('https://s/x/out.png?t=1', 'https://s/y/out.png?t=2'),
			links('https://s/y/out.png?t=4', 'https://s/x/out.png?t=3'),
			['https://s/x/out.png?t=3', 'https://s/y/out.png?t=4'],
		],
		[
			'is matched by what its query names',
			links('/view?filename=out.png&subfolder=x&sig=1', '/view?filename=out.png&subfolder=y&sig=1'),
			links('/view?filename=out.png&subfolder=y&sig=2', '/view?filename=out.png&subfolder=x&sig=2'),
			['/view?filename=out.png&subfolder=x&sig=2', '/view?filename=out.png&subfolder=y&sig=2'],
		],
		[
			'is matched by its place where the links tell nothing',
			links('https://s/1', 'https://s/2'),
			links('https://s/3', 'https://s/4'),
			['https://s/3', 'https://s/4'],
		],
		[
			'is matched by its name where that is its alone',
			links('https://s/1'),
			links('https://s/9'),
			['https://s/9'],
		],
		[
			'is matched by its node',
			[out('https://s/1', { node_id: '9' }), out('https://s/2', { node_id: '12' })],
			[out('https://s/4', { node_id: '12' }), out('https://s/3', { node_id: '9' })],
			['https://s/3', 'https://s/4'],
		],
		[
			'is not guessed where one of two is listed',
			links('https://s/1', 'https://s/2'),
			links('https://s/3'),
			[undefined, undefined],
		],
		[
			'is not guessed where two are listed for one',
			links('https://s/1'),
			links('https://s/3', 'https://s/4'),
			[undefined],
		],
	])('%s', (_, before, now, expected) =>
		expect(before.map((output) => matchOutput(output, before, now)?.download_url)).toEqual(
			expected,
		),
	);
});

describe('a fresh link', () => {
	const old = links('https://s/x/out.png?t=1', 'https://s/y/out.png?t=2');
	const run = aRun('r', { status: 'completed', outputs: old });
	it('is not taken by its name alone where two outputs have it', async () => {
		const source = {
			list: async () => links('https://s/x/out.png?t=3', 'https://s/y/out.png?t=4'),
			byName: async () => 'https://s/x/out.png?t=5',
		};
		expect(
			await Promise.all(old.map(async (output) => await findFreshLink(source, run, output))),
		).toEqual(['https://s/x/out.png?t=5', 'https://s/y/out.png?t=4']);
	});
	it('is none where only the name is known and two outputs have it', async () => {
		const source = { list: async () => undefined, byName: async () => 'https://s/z/out.png' };
		expect(await findFreshLink(source, run, old[1])).toBeUndefined();
	});
	it('is the endpoint’s where the run lists the refused one', async () => {
		const [first] = old;
		const single = aRun('r', { status: 'completed', outputs: [first] });
		const source = { list: async () => [first], byName: async () => 'https://cdn/1' };
		expect(await findFreshLink(source, single, first)).toBe('https://cdn/1');
	});
});
