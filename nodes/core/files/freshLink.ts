import type { KnownRun, Output } from '../runs/run';
import { pathKeyOf } from './linkKey';

/** Where a new link for an output can be had. */
export interface LinkSource {
	/** The outputs that the service lists for the run now; undefined: it does not know the run. */
	list(run: KnownRun): Promise<readonly Output[] | undefined>;
	/** The link that the service returns under an output's file name, where it does that. */
	byName?(filename: string): Promise<string | undefined>;
}

/**
 * A link for an output whose link was refused, as new as the service has one: it may be the same
 * link. undefined when the service has none, or none that is certainly this output's: files of two
 * folders may share a name.
 */
export async function findFreshLink(
	{ list, byName }: LinkSource,
	run: KnownRun | undefined,
	refused: Output,
): Promise<string | undefined> {
	const isOnlyOne =
		run === undefined || run.outputs.filter((output) => isNamesake(output, refused)).length <= 1;
	const key = pathKeyOf(refused.download_url ?? '');
	const named = await byName?.(refused.filename);
	if (named !== undefined && pathKeyOf(named) === key) return named;
	const listed = run && (await list(run));
	const link = listed && matchOutput(refused, run.outputs, listed)?.download_url;
	// The run may still list the link that it signed once, while the endpoint signs a new one.
	const isNew = link !== undefined && link !== refused.download_url;
	return isNew ? link : ((isOnlyOne ? named : undefined) ?? link);
}

const nodeOf = (output: Output): unknown => ('node_id' in output ? output.node_id : null);
const isNamesake = (a: Output, b: Output) => a.filename === b.filename && nodeOf(a) === nodeOf(b);

/**
 * The output that the service lists now for one that it listed before: by the key that its link
 * has, else by its place among those of its name. undefined where that is not certain.
 */
export function matchOutput(
	output: Output,
	before: readonly Output[],
	now: readonly Output[],
): Output | undefined {
	const namesakes = now.filter((candidate) => isNamesake(candidate, output));
	const keyed = namesakes.filter(
		({ download_url: link }) =>
			link !== undefined && pathKeyOf(link) === pathKeyOf(output.download_url ?? ''),
	);
	if (keyed.length === 1) return keyed[0];
	const earlier = before.filter((candidate) => isNamesake(candidate, output));
	const place = earlier.findIndex(({ download_url: link }) => link === output.download_url);
	if (namesakes.length === 1 && earlier.length <= 1) return namesakes[0];
	return namesakes.length === earlier.length && place >= 0 ? namesakes[place] : undefined;
}
