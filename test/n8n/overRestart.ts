import type { Check } from './check';
import { createPlayer } from './createPlayer';
import { itemsOf } from './execution';
import { fileKinds } from './fileKinds';
import { deepEqual, equal } from './platform';
import type { Harness } from './stage';
import { endRuns } from './suspendedCast';
import { slowRow, suspendedWorkflow } from './suspendedWorkflows';

const rows = [slowRow(1), slowRow(0)];

/**
 * One suspended wait that n8n is restarted under, in three checks: other checks can be played
 * between them, since it only waits.
 */
export const overRestart = (harness: Harness): Record<'begin' | 'restart' | 'end', Check> => {
	const { rest, server, credential, flowscale } = harness;
	const player = createPlayer(harness);
	let executionId = '';
	return {
		begin: {
			name: 'a suspended wait begins',
			run: async () => {
				const saved = await player.publish(suspendedWorkflow('over-restart', credential));
				await player.call('over-restart', { rows });
				executionId = await player.newest(saved);
			},
		},
		restart: {
			name: 'n8n is restarted while it waits',
			run: async () => {
				await rest.executionIn(executionId, ['waiting'], 180_000);
				await server.stop();
				endRuns(harness, 1);
				await server.start();
				await rest.signIn();
			},
		},
		end: {
			name: 'it ends with its items, each started once',
			run: async () => {
				const execution = await player.ended(executionId, 240_000);
				equal(execution.status, 'success', execution.error?.message);
				deepEqual(
					itemsOf(execution, 'After').map(({ json }) => [json.title, json.state]),
					rows.map(({ title }) => [title, 'succeeded']),
				);
				deepEqual(await fileKinds(rest, itemsOf(execution, 'Flowscale')), ['png', 'png']);
				equal(
					flowscale.runs.filter(({ groupId }) => groupId === `n8n-${executionId}`).length,
					rows.length,
				);
			},
		},
	};
};
