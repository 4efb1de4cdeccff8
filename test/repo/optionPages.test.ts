import type { INodeProperties } from 'n8n-workflow';
import { outputOptions } from '../../nodes/core/files/outputFields';
import { startTimeoutOption, waitingOptions } from '../../nodes/core/waiting/waitingFields';
import { fs, join, projectDir } from '../../simulator/platform';
import { shownDefault } from '../../tools/docs';
import { readPackages } from '../../tools/packages';
import { withoutUnit } from './screenNames';

const read = async (page: string) => await fs.readFile(join(projectDir, 'docs', page), 'utf8');

/** The options of a page's tables, each with its default. */
const rowsOf = (text: string) =>
	new Map([...text.matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$/gm)].map(([, a, b]) => [a, b]));

const [{ resources }] = readPackages();

/** The options of an operation of Flowscale's node. */
function optionsOf(resource: string, operation: string): INodeProperties[] {
	const { operations = [] } = resources.find(({ value }) => value === resource) ?? {};
	const { fields = [] } = operations.find(({ value }) => value === operation) ?? {};
	return fields.flatMap(({ name, options = [] }) =>
		name === 'options' ? (options as INodeProperties[]) : [],
	);
}

it.each([
	['waiting-options.md', [...waitingOptions, startTimeoutOption]],
	['outputs.md', outputOptions],
])('%s has a row for every option, with its default', async (page, options) => {
	const rows = rowsOf(await read(page));
	expect(options.map(({ displayName }) => [displayName, rows.get(displayName)])).toEqual(
		options.map((option) => [option.displayName, shownDefault(option)]),
	);
});

it('the page says which options of waiting a group has', async () => {
	const [, named = ''] =
		/\*Group > Wait\* has ([^.]+),/.exec(await read('waiting-options.md')) ?? [];
	const ofGroups = optionsOf('group', 'wait').map(({ name }) => name);
	const has = (option: INodeProperties) => ofGroups.includes(option.name);
	const isNamed = (option: INodeProperties) => named.includes(withoutUnit(option.displayName));
	const all = [...waitingOptions, startTimeoutOption];
	expect(all.filter(has).length).toBeGreaterThan(2);
	expect(all.filter(isNamed).map(({ name }) => name)).toEqual(
		all.filter(has).map(({ name }) => name),
	);
});

it('every option of a run is in a page that a person wrote', async () => {
	const pages = await Promise.all(
		['waiting-options.md', 'outputs.md', 'workflows.md', 'runs.md'].map(read),
	);
	const options = resources.flatMap(({ value, operations }) =>
		operations.flatMap((operation) => optionsOf(value, operation.value)),
	);
	const missing = options
		.map(({ displayName }) => withoutUnit(displayName))
		.filter((label) => !pages.some((text) => text.includes(label)));
	expect([...new Set(missing)]).toEqual([]);
});
