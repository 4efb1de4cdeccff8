import { type VersionResult, withResults, withSums } from '../n8n/compatibilityTable';
import { compareVersions, manifestOf, nodeVersionOf, testedVersions } from '../n8n/versions';
import { fs, join, projectDir } from '../../simulator/platform';

const BEGIN = '<!-- versions: begin. As `npm run test:n8n -- versions` saw them. -->';
const END = '<!-- versions: end -->';
const result = (version: string, failures: string[] = []): VersionResult => ({
	version,
	nodeVersion: nodeVersionOf(version),
	groups: {
		discovery: { passed: 11, failures: [] },
		credential: { passed: 16 - failures.length, failures },
	},
});

describe('the table of versions', () => {
	const empty = `Before\n\n${BEGIN}\n${END}\n\nAfter`;
	const first = withResults(empty, [result('2.0.3', ['a wrong key']), result('1.104.2')]);

	it('has the newest version first, counts per group, and what failed', () => {
		expect(first.split('\n').filter((line) => /^[|-]/.test(line))).toEqual([
			'| n8n | Node.js | In the editor | Credential tests | Agents’ tools | Examples | Suspended over a restart |',
			'| --- | --- | --- | --- | --- | --- | --- |',
			'| 2.0.3 | 22 | 11 of 11 | 15 of 16 | – | – | – |',
			'| 1.104.2 | 20 | 11 of 11 | 16 of 16 | – | – | – |',
			'- n8n 2.0.3: a wrong key',
		]);
		expect([first.startsWith('Before\n'), first.endsWith('\nAfter')]).toEqual([true, true]);
	});

	it('keeps the rows of versions that were not played again', () => {
		const again = withResults(first, [result('2.0.3')]);
		expect(again).toContain('| 2.0.3 | 22 | 11 of 11 | 16 of 16 |');
		expect(again).toContain('| 1.104.2 | 20 |');
		expect(again).not.toContain('What failed');
		expect(withResults(again, [])).toBe(again);
		expect(withResults(first, [])).toBe(first);
	});

	it('is summed up where there is less room', () => {
		expect(withSums(empty, first).split('\n').slice(3, 8)).toEqual([
			'',
			'| n8n | Checks passed |',
			'| --- | --- |',
			'| 2.0.3 | 26/27 |',
			'| 1.104.2 | 27/27 |',
		]);
		const more = withResults(first, [result('2.8.4')]);
		expect(withSums(empty, more)).toContain('\n| 2.8.4, 1.104.2 | 27/27 |\n| 2.0.3 | 26/27 |\n');
	});

	it('stands in the FAQ, and its sums in the README', async () => {
		const [faq, readme] = await Promise.all(
			['docs/faq.md', 'README.md'].map(
				async (file) => await fs.readFile(join(projectDir, file), 'utf8'),
			),
		);
		expect(withResults(faq, [])).toBe(faq);
		expect(withSums(readme, faq)).toBe(readme);
		expect(() => withResults('no markers', [])).toThrow('The document has no');
	});
});

describe('versions of n8n', () => {
	it('are compared by their numbers', () => {
		expect(['2.8.4', '2.20.12', '1.123.81', '2.0.3'].sort(compareVersions)).toEqual([
			'1.123.81',
			'2.0.3',
			'2.8.4',
			'2.20.12',
		]);
	});

	it.each(testedVersions)('%s is installed exactly', (version) => {
		expect(manifestOf(version).dependencies.n8n).toBe(version);
	});
});
