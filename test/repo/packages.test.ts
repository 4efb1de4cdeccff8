import { fs, join, projectDir } from '../../simulator/platform';
import { readPackages } from '../../tools/packages';

/**
 * Lists with a row for each package that a person writes, since nothing else says what stands in
 * it. All other tools and tests read `tools/packages.ts`.
 */
const WRITTEN_LISTS = [
	'.github/ISSUE_TEMPLATE/fault.yml',
	'.github/workflows/mirror.yml',
	'simulator/siblings.ts',
	'test/contract/providers.ts',
	'test/core/http/credentialCheck.test.ts',
	'test/engine/credential/siblings.test.ts',
	'test/engine/output/outputSchemas.test.ts',
	'test/n8n/alone.ts',
	'test/n8n/packages.ts',
	'test/repo/examples.test.ts',
	'test/repo/export.test.ts',
	'test/repo/words.test.ts',
	'test/settings/axes.ts',
];

it.each(WRITTEN_LISTS)('%s has a row for every sibling package', async (file) => {
	const text = (await fs.readFile(join(projectDir, file), 'utf8')).toLowerCase();
	const siblings = readPackages().filter(({ folder }) => folder !== '.');
	expect(siblings.length).toBeGreaterThan(1);
	expect(siblings.filter(({ service }) => !text.includes(service)).map(({ name }) => name)).toEqual(
		[],
	);
});
