import { json } from '../answer';
import type { Operation } from './service';

/** `GET /comfy/health`: `container` (SDK readmes) or `url` (OpenAPI). */
export const getHealth: Operation = ({ containers, dialect }) =>
	json(200, {
		status: 'success',
		data: containers.working.map((run, index) => ({
			...(dialect.containers === 'url'
				? { url: `http://comfy-${index + 1}.internal:8188` }
				: { container: `container #${index + 1}` }),
			status: run ? 'running' : 'idle',
		})),
	});

/**
 * `GET /comfy/queue`: entries are `[number, uuid]`, raw ComfyUI ones with five elements, or
 * objects. Waiting runs belong to no container yet; they are shown in turn.
 */
export const getQueue: Operation = ({ containers, dialect }) => {
	const entry = (number: number, id: string) =>
		({
			pair: [number, id],
			comfyui: [number, id, {}, {}, ['9']],
			object: { number, prompt_id: id },
		})[dialect.queueEntries];
	const { working, waiting } = containers;
	return json(200, {
		status: 'success',
		data: working.map((run, index) => ({
			...(dialect.containers === 'url'
				? { comfy_uri: `http://comfy-${index + 1}.internal:8188` }
				: { container: `container #${index + 1}` }),
			queue: {
				queue_running: run ? [entry(0, run.promptId)] : [],
				queue_pending: waiting
					.filter((_, place) => place % working.length === index)
					.map(({ promptId }, place) => entry(place + 1, promptId)),
			},
		})),
	});
};
