import { deepCopy } from 'n8n-workflow';
import type { IDataObject, INodeExecutionData, INodeType, ITriggerFunctions } from 'n8n-workflow';
import { sleep } from '../../simulator/platform';
import { amount, expectOnly, flag, options, standIn, text, type Work } from './standIn';
import type { Engine } from './startEngine';

const handOn: Work = {
	async execute() {
		return [this.getInputData()];
	},
};

const manualTrigger: Work = {
	async trigger(this: ITriggerFunctions) {
		return { manualTriggerFunction: async () => this.emit([this.helpers.returnJsonArray([{}])]) };
	},
};

/** Edit Fields in JSON mode. An expression is resolved piece by piece, an object among them as JSON, then parsed. */
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
					const own = isAlone && isObject ? (element as IDataObject) : { [field]: element };
					return { json: isAlone ? { ...own } : { ...deepCopy(others), ...own }, pairedItem: { item } };
				},
			);
		});
		return [items];
	},
};

/** All items in one, as a list. */
const aggregate: Work = {
	async execute() {
		expectOnly(this, 'aggregate', 'aggregateAllItemData');
		expectOnly(this, 'include', 'allFields');
		const items = this.getInputData();
		const field = this.getNodeParameter('destinationFieldName', 0) as string;
		return [
			[{ json: { [field]: items.map(({ json }) => json) }, pairedItem: items.map((_, item) => ({ item })) }],
		];
	},
};

/** Less than 65 seconds are waited in place, more with the execution put away, as in n8n. */
const wait: Work = {
	async execute() {
		expectOnly(this, 'resume', 'timeInterval');
		expectOnly(this, 'unit', 'seconds');
		const ms = Number(this.getNodeParameter('amount', 0)) * 1000;
		if (ms < 65_000) await sleep(ms);
		else await this.putExecutionToWait(new Date(Date.now() + ms));
		return [this.getInputData()];
	},
};

const setFields = [
	text('mode', 'manual'),
	text('jsonOutput'),
	flag('includeOtherFields'),
	flag('duplicateItem'),
	options,
];

/**
 * Stand-ins for the nodes of n8n itself that our example workflows use: `n8n-nodes-base` is too large to install for them.
 * Each does what the real one does with the parameters the examples set (read in n8n-nodes-base 1.121 and 2.41), and refuses
 * any other, so that an example cannot pass here and fail in n8n.
 */
/** Of n8n's AI nodes, which are a package of their own. Its answer is streamed by the server, not by the node. */
const chatTrigger = standIn('Chat Trigger', 'chatTrigger', 1.3, [flag('public'), options], handOn)[1];

export const coreNodes: ReadonlyArray<[string, INodeType]> = [
	['@n8n/n8n-nodes-langchain.chatTrigger', chatTrigger],
	standIn('Manual Trigger', 'manualTrigger', 1, [], manualTrigger),
	standIn('Edit Fields (Set)', 'set', [3.3, 3.4], setFields, editFields),
	standIn(
		'Split Out',
		'splitOut',
		1,
		[text('fieldToSplitOut'), text('include', 'noOtherFields'), options],
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
			options,
		],
		aggregate,
	),
	standIn('No Operation, do nothing', 'noOp', 1, [], handOn),
	standIn(
		'Wait',
		'wait',
		1.1,
		[text('resume', 'timeInterval'), amount('amount', 5), text('unit', 'seconds')],
		wait,
	),
	standIn(
		'Sticky Note',
		'stickyNote',
		1,
		[text('content'), amount('height', 160), amount('width', 240), amount('color', 1)],
		handOn,
	),
];

export function addCoreNodes(engine: Engine): void {
	for (const [name, type] of coreNodes) engine.add(name, type);
}
