import { isOver, type ComflowyRun } from './comflowyRun';

const linksOf = (run: ComflowyRun, filesUrl: string): Record<string, string[]> =>
	run.state !== 'success'
		? {}
		: Object.fromEntries(
				Object.entries(run.images).map(([node, names]) => [
					node,
					names.map((name) => `${filesUrl}/${run.id}/${name}`),
				]),
			);

/** Outputs in both of the documented forms: flat, and by node. */
function outputsOf(run: ComflowyRun, filesUrl: string): object {
	const links = linksOf(run, filesUrl);
	return {
		...(run.error !== undefined && isOver(run) ? { error: run.error } : {}),
		output_images: Object.values(links).flat(),
		full_outputs: Object.fromEntries(
			Object.entries(links).map(([node, images]) => [node, { images }]),
		),
	};
}

/** `data` of `/check`. */
export const showRun = (run: ComflowyRun, filesUrl: string): object => ({
	status: run.state,
	...outputsOf(run, filesUrl),
});

/** Body of the result callback. */
export const resultOf = (run: ComflowyRun, filesUrl: string): object => ({
	type: run.state,
	run_id: run.id,
	...outputsOf(run, filesUrl),
});
