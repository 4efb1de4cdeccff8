import type { RunInputs, WorkflowOutput } from './simulatedWorkflow';

/** PNG files; with `count` a batch of them. */
export const image = (
	name: string,
	make: WorkflowOutput['make'],
	count?: number,
): WorkflowOutput => ({
	name,
	type: 'image',
	extension: 'png',
	mimeType: 'image/png',
	count,
	make,
});

/** A text, given inline or by link as the dialect has it. */
export const text = (name: string, make: (run: RunInputs) => string): WorkflowOutput => ({
	name,
	type: 'text',
	extension: 'txt',
	mimeType: 'text/plain',
	make: (run) => Buffer.from(make(run)),
});

/** An MP4 file. */
export const video = (name: string, make: WorkflowOutput['make']): WorkflowOutput => ({
	name,
	type: 'video',
	extension: 'mp4',
	mimeType: 'video/mp4',
	make,
});
