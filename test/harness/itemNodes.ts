import { deepCopy } from 'n8n-workflow';
import type { IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { amount, expectOnly, flag, handOn, options, standIn, text, type Work } from './standIn';

/**
 * Edit Fields in JSON mode. An expression is resolved piece by piece, an object among them as JSON,
 * then parsed.
 */
const editFields: Work = {
	async execute() {
		expectOnly(this, 'mode', 'raw');
		expectOnly(this, 'includeOtherFields', false, true);
		const isKept = this.getNodeParameter('includeOtherFields', 0) === true;
		const raw = this.getNodeParameter('jsonOutput', 0, '', { rawExpressions: true }) as string;
		const resolved = (i: number) =>
			raw.replace(/^=+/, '').replace(/{{[\s\S]*?}}/g, (expression) => {
				const value: unknown = this.evaluateExpression(expression, i);
				return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
			});
		const items = this.getInputData().map((item, i): INodeExecutionData => {
			const fields = JSON.parse(raw.startsWith('=') ? resolved(i) : raw) as IDataObject;
			const kept = isKept ? { ...deepCopy(item.json) } : {};
			return {
				json: { ...kept, ...fields },
				pairedItem: { item: i },
				...(isKept && item.binary ? { binary: { ...item.binary } } : {}),
			};
		});
		return [items];
	},
};

const splitOut: Work = {
	async execute() {
		expectOnly(this, 'include', 'noOtherFields', 'allOtherFields');
		const field = this.getNodeParameter('fieldToSplitOut', 0) as string;
		const isAlone = this.getNodeParameter('include', 0) === 'noOtherFields';
		const items = this.getInputData().flatMap(({ json }, item) => {
			const { [field]: list, ...others } = json;
			return (Array.isArray(list) ? list : list === undefined ? [] : [list]).map(
				(element): INodeExecutionData => {
					const isObject = typeof element === 'object' && element !== null;
					const raw = isAlone && isObject ? (element as IDataObject) : { [field]: element };
					return {
						json: isAlone ? { ...raw } : { ...deepCopy(others), ...raw },
						pairedItem: { item },
					};
				},
			);
		});
		return [items];
	},
};

/** All items in one, as a list, and their files side by side: `data`, `data_1` … */
const aggregate: Work = {
	async execute() {
		expectOnly(this, 'aggregate', 'aggregateAllItemData');
		expectOnly(this, 'include', 'allFields');
		const items = this.getInputData();
		const field = this.getNodeParameter('destinationFieldName', 0) as string;
		const binary: IBinaryKeyData = {};
		for (const [name, file] of items.flatMap((item) => Object.entries(item.binary ?? {}))) {
			const taken = Object.keys(binary).filter((key) => key.replace(/_\d+$/, '') === name).length;
			binary[taken === 0 ? name : `${name}_${taken}`] = file;
		}
		const isWithFiles = this.getNodeParameter('options.includeBinaries', 0, false) === true;
		const json = { [field]: items.map((item) => item.json) };
		return [
			[
				{
					json,
					...(isWithFiles ? { binary } : {}),
					pairedItem: items.map((_, item) => ({ item })),
				},
			],
		];
	},
};

/** Nodes that make items of items, and those that do nothing. */
export const itemNodes = [
	standIn(
		'Edit Fields (Set)',
		'set',
		[3.3, 3.4],
		[
			text('mode', 'manual'),
			text('jsonOutput'),
			flag('includeOtherFields'),
			flag('duplicateItem'),
			options(),
		],
		editFields,
	),
	standIn(
		'Split Out',
		'splitOut',
		1,
		[text('fieldToSplitOut'), text('include', 'noOtherFields'), options()],
		splitOut,
	),
	standIn(
		'Aggregate',
		'aggregate',
		1,
		[
			text('aggregate', 'aggregateIndividualFields'),
			text('destinationFieldName', 'data'),
			text('include', 'allFields'),
			options('includeBinaries'),
		],
		aggregate,
	),
	standIn('No Operation, do nothing', 'noOp', 1, [], handOn),
	standIn(
		'Sticky Note',
		'stickyNote',
		1,
		[text('content'), amount('height', 160), amount('width', 240), amount('color', 1)],
		handOn,
	),
];
