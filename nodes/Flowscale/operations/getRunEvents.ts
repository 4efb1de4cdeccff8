import { ofRun } from '../../core/errors';
import { type Operation, optionsField } from '../../core/items/operation';
import { anything, orNull, record, text, whole } from '../../core/shape';
import { runField } from '../inputs/fields';
import { readRunEvents } from '../runs/runEvents';
import type { FlowscaleSession } from '../runs/session';
import { asJson } from '../../core/nodeStore';

export const getRunEvents: Operation<FlowscaleSession> = {
	name: 'Get Events',
	value: 'getEvents',
	action: 'Get the events of a run',
	description: 'Get the events of a run’s stream, one item each',
	output: record({
		run_id: text('83c4ffd0-20f5-4bd1-9dcc-312684e4edaa'),
		sequence: orNull(whole(2)),
		type: text('run_status'),
		data: anything({ run_id: '83c4ffd0-20f5-4bd1-9dcc-312684e4edaa', status: 'running' }),
	}),
	fields: [
		runField,
		{
			displayName: 'From Sequence',
			name: 'fromSequence',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description: 'Sequence number of the first event to return; 0 returns all',
		},
		optionsField([
			{
				displayName: 'Timeout (Seconds)',
				name: 'timeout',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 0,
				description:
					'How long to listen to a run that has not ended. 0 returns the events that are there.',
			},
		]),
	],
	prepare: (item, session) => {
		const runId = item.id('runId', 'Run');
		const fromSequence = Math.floor(item.amount('fromSequence', 'From Sequence', 0, 0));
		const listenMs = item.amount('options.timeout', 'Timeout', 0, 0) * 1000;
		return async () => {
			const reading = readRunEvents(session, runId, fromSequence, listenMs);
			const events = await reading.catch((error: unknown) => {
				throw ofRun(error, { run_id: runId });
			});
			return events.map((event) => ({ json: asJson(event) }));
		};
	},
};
