import { NodeConnectionTypes } from 'n8n-workflow';
import type { INodeExecutionData, INodeProperties, ITriggerFunctions } from 'n8n-workflow';
import { sleep } from '../../simulator/platform';
import { amount, expectOnly, flag, options, standIn, text, type Work } from './standIn';

/** Started by hand or by its time: with one empty item. */
const manualTrigger: Work = {
	async trigger(this: ITriggerFunctions) {
		return { manualTriggerFunction: async () => this.emit([this.helpers.returnJsonArray([{}])]) };
	},
};

/** The conditions are n8n's own work; the last output takes what no rule takes. */
const switchTo: Work = {
	async execute() {
		expectOnly(this, 'mode', 'rules');
		expectOnly(this, 'options.fallbackOutput', 'extra');
		const outputs: INodeExecutionData[][] = [[], [], []];
		this.getInputData().forEach((item, i) => {
			const rules = this.getNodeParameter('rules.values', i) as unknown[];
			const holds = (_: unknown, rule: number) =>
				this.getNodeParameter(`rules.values[${rule}].conditions`, i, false, {
					extractValue: true,
				}) === true;
			const first = rules.findIndex(holds);
			outputs[first < 0 ? rules.length : first].push({ ...item, pairedItem: { item: i } });
		});
		return outputs;
	},
};

/** Less than 65 seconds are waited in place, longer waits save the execution, as in n8n. */
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

const schedule: INodeProperties = {
	displayName: 'Trigger Rules',
	name: 'rule',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	default: {},
	options: [
		{ displayName: 'Trigger Interval', name: 'interval', values: [amount('triggerAtHour', 0)] },
	],
};

const rules: INodeProperties = {
	displayName: 'Routing Rules',
	name: 'rules',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	default: {},
	options: [
		{
			displayName: 'Values',
			name: 'values',
			values: [
				{
					displayName: 'Conditions',
					name: 'conditions',
					type: 'filter',
					default: {},
					typeOptions: {
						multipleValues: false,
						filter: { caseSensitive: true, typeValidation: 'strict', version: 2 },
					},
				},
				flag('renameOutput'),
				text('outputKey'),
			],
		},
	],
};

/** Nodes that start an execution, hold it or send its items different ways. */
export const flowNodes = [
	standIn('Manual Trigger', 'manualTrigger', 1, [], manualTrigger),
	standIn('Schedule Trigger', 'scheduleTrigger', 1.2, [schedule], manualTrigger),
	standIn(
		'Switch',
		'switch',
		3.2,
		[text('mode', 'rules'), rules, options('fallbackOutput', 'renameFallbackOutput')],
		switchTo,
		{ outputs: Array(3).fill(NodeConnectionTypes.Main) },
	),
	standIn(
		'Wait',
		'wait',
		1.1,
		[text('resume', 'timeInterval'), amount('amount', 5), text('unit', 'seconds')],
		wait,
	),
];
