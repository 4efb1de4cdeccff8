import type { Answer } from '../answer';
import type { Request } from '../exchange';
import type { Timers } from '../timers';
import type { Containers } from './containers';
import type { Dialect } from './dialect';
import type { RunStore } from './runStore';
import type { View } from './showRun';
import type { SimulatedWorkflow } from './simulatedWorkflow';

/** Everything that an endpoint may use. */
export interface Service {
	dialect: Dialect;
	store: RunStore;
	containers: Containers;
	workflows: SimulatedWorkflow[];
	view: View;
	timers: Timers;
	/** Ms between a run's start and its being listed. */
	listLagMs: number;
	/** Unfinished runs that the service allows. */
	runsAtATime: number;
	/** Ms between keep-alive comments of an event stream. */
	keepAliveMs: number;
}

/** An endpoint of the API: reads the request, perhaps changes the service, and says its answer. */
export type Operation = (service: Service, request: Request) => Answer | Promise<Answer>;
