import type { Operation } from '../../core/menu';
import { recordOf, textAt } from '../../core/json';
import type { FlowscaleSession } from '../operations';

/** The OpenAPI names a container by its address, the SDKs by a label; without either it gets its position. */
export function containerOf(entry: unknown, index: number): string {
	return (
		textAt(recordOf(entry), 'container', 'url', 'comfy_uri', 'name', 'id') ??
		`container #${index + 1}`
	);
}

export const getHealth: Operation<FlowscaleSession> = {
	name: 'Get Health',
	value: 'getHealth',
	action: 'Get the health of the cluster',
	description: 'Get the state of each container',
	fields: [],
	prepare:
		(_, { api }) =>
		async () =>
			(await api.health()).map((entry, index) => ({
				json: {
					container: containerOf(entry, index),
					status: textAt(recordOf(entry), 'status', 'state')?.toLowerCase() ?? 'unknown',
				},
			})),
};
