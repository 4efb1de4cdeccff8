import type { ServiceFailure } from './errors';
import type { Answer } from './http';
import type { Loss } from './networkError';
import type { KnownRun, Run } from './run';
import type { StartOrder } from './startOrder';

/** What a service offers for starting. */
export interface StartService {
	readStart(answer: Answer, order: StartOrder): Run;
	/** Whether a 2xx says in the service's own words that nothing was started. */
	isRefusal?(answer: Answer): boolean;
	getRun(runId: string): Promise<KnownRun | null>;
	/** All runs of a group, newest first; undefined where the list tells no run ids. */
	listGroup(groupId: string): Promise<KnownRun[] | undefined>;
	failureOf(result: Answer | Loss): ServiceFailure;
	/** The service's clock for a time of ours, epoch ms. */
	serviceTime(ms: number): number;
}
