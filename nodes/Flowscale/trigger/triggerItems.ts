import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { listOf } from '../../core/json';
import { itemOf, rawItem } from '../../core/files/outputItems';
import { eventOf } from '../../core/trigger/newlyEnded';
import type { SeenRun } from '../api/runPages';
import type { TriggerSettings } from './triggerSettings';

/**
 * A run that ended as one item, or one for each of its outputs, with links and without files: a
 * poll must be short.
 */
export function itemsOf(
	{ run, raw }: SeenRun,
	{ perOutput, isSimple }: Pick<TriggerSettings, 'perOutput' | 'isSimple'>,
): INodeExecutionData[] {
	const event = eventOf(run);
	const outputs = listOf(isSimple ? run.outputs : raw.outputs);
	const parts =
		perOutput && outputs.length > 0 ? outputs.map((output) => ({ outputs: [output] })) : [{}];
	const whole = (isSimple ? itemOf(run) : rawItem(raw)).json;
	return parts.map((part) => ({ json: { ...whole, ...part, event } as IDataObject }));
}
