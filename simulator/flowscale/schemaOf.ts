import { deviations } from './deviations';
import type { Dialect } from './dialect';
import type { Route } from './endpoints';
import { vendorSchemas, type Schema } from './vendorSchemas';

const bodies: Partial<Record<Route, string>> = {
	health: 'HealthBody',
	queue: 'QueueBody',
	workflows: 'WorkflowsBody',
	startRun: 'StartedBody',
	listRuns: 'RunListBody',
	getRun: 'RunBody',
	getOutput: 'OutputBody',
	cancelRun: 'CancelledBody',
};

function named(route: Route, status: number): string | undefined {
	if (status === 200) return bodies[route];
	return status === 422 ? 'InvalidBody' : 'ErrorBody';
}

/**
 * The schema that the JSON body of an answer must fit: the vendor's, changed by the deviations of
 * the dialect. Undefined for answers that the dialect does not have, and for those that are no JSON
 * (event streams, files).
 */
export function schemaOf(route: Route, status: number, dialect: Dialect): Schema | undefined {
	const name = named(route, status);
	if (!name) return undefined;
	const definitions = { ...vendorSchemas };
	for (const { schemas, when, change } of deviations) {
		if (!when(dialect)) continue;
		for (const schema of schemas) definitions[schema] = change(definitions[schema] ?? {});
	}
	return definitions[name] && { $defs: definitions, $ref: `#/$defs/${name}` };
}
