import { performance } from '../platform';
import { isOver, type ComflowyRun } from './comflowyRun';
import type { ComflowyService } from './comflowyService';

/** A link to an image, as the options have it; a signed one is new each time. */
function linkTo(run: ComflowyRun, name: string, service: ComflowyService): string {
	const { filesUrl, options } = service;
	if (options.links === 'view')
		return `${filesUrl}/${run.id}/view?filename=${encodeURIComponent(name)}&type=output`;
	const link = `${filesUrl}/${run.id}/${name}`;
	return options.links === 'signed' ? `${link}?t=${++service.signatures}` : link;
}

/** Outputs in both of the documented forms: flat, and by node. */
function outputsOf(run: ComflowyRun, service: ComflowyService): object {
	const { outputDelayMs = 0 } = service.options;
	// Not `Date.now`, which tests let run faster for our nodes.
	const isListed = performance.now() - (run.endedAt ?? 0) >= outputDelayMs;
	const nodes = run.state === 'success' && isListed ? Object.entries(run.images) : [];
	const linksOf = (names: string[]) => names.map((name) => linkTo(run, name, service));
	return {
		...(run.error !== undefined && isOver(run) ? { error: run.error } : {}),
		output_images: nodes.flatMap(([, names]) => linksOf(names)),
		full_outputs: Object.fromEntries(
			nodes.map(([node, names]) => [node, { images: linksOf(names) }]),
		),
	};
}

/** `data` of `/check`. */
export const showRun = (run: ComflowyRun, service: ComflowyService): object => ({
	status: run.state,
	...outputsOf(run, service),
});

/** Body of the result callback. */
export const resultOf = (run: ComflowyRun, service: ComflowyService): object => ({
	type: run.state,
	run_id: run.id,
	...outputsOf(run, service),
});
