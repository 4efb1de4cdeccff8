/** State words of the service (protocols 2.3). */
export type ComflowyState = 'waiting' | 'pending' | 'running' | 'success' | 'failed';

export interface ComflowyRun {
	id: string;
	workflowId: string;
	params: Record<string, unknown>;
	resultUrl?: string;
	progressUrl?: string;
	state: ComflowyState;
	/** Documented only as a text. */
	error?: unknown;
	/** Images by node, as names of files. */
	images: Record<string, string[]>;
	/** Ms since 1970. */
	startedAt: number;
	/** By the clock of `performance`; undefined while it has not ended. */
	endedAt?: number;
}

export interface ComflowyWorkflow {
	id: string;
	name: string;
	/** Fields that a start may set, `node::field`. */
	params: string[];
	/** How many images each node makes, or their names, which may have folders. */
	images: Record<string, number | string[]>;
	/** Every run of it fails with this. */
	error?: unknown;
}

export const comflowyWorkflows = {
	image: {
		id: '3fef208b-7d25-4d9a-8ec9-c79eb2153234',
		name: 'Text to Image',
		params: ['6::text', '3::seed', '3::sampler_name'],
		images: { 9: 1 },
	},
	batch: {
		id: '4fef208b-7d25-4d9a-8ec9-c79eb2153235',
		name: 'Draft and Final',
		params: ['6::text'],
		images: { 9: 2, 12: 1 },
	},
	folders: {
		id: '6fef208b-7d25-4d9a-8ec9-c79eb2153237',
		name: 'One Name in Two Folders',
		params: ['6::text'],
		images: { 9: ['x/out.png'], 12: ['y/out.png'] },
	},
	failing: {
		id: '5fef208b-7d25-4d9a-8ec9-c79eb2153236',
		name: 'Too Large',
		params: ['6::text'],
		images: {},
		error: 'CUDA out of memory',
	},
} satisfies Record<string, ComflowyWorkflow>;

export const isOver = ({ state }: ComflowyRun) => state === 'success' || state === 'failed';
