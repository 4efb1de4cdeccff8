import type { Output } from '../../../../../nodes/core/runs/run';
import { pathKeyOf } from './links';
import type { NodeOutput } from './outputs';

const keyOf = ({ download_url: link }: Output) => (link === undefined ? '' : pathKeyOf(link));
const nodeOf = (output: Output) => (output as Partial<NodeOutput>).node_id ?? null;

/**
 * The new link of an output whose link was refused: the one to the same file, else the one in its place of an equally long list, if
 * node and name agree. Never by name alone, since a run may have several files of one name, in folders of their own.
 * @param before the run's outputs when the link was read
 * @returns undefined: there is none, or it is the link that was refused
 */
export function freshLinkOf(
	output: Output,
	before: readonly Output[],
	now: readonly Output[],
): string | undefined {
	const isSame = (other: Output) =>
		other.filename === output.filename && nodeOf(other) === nodeOf(output);
	const ofSameFile = now.filter((other) => keyOf(other) === keyOf(output));
	const place = before.findIndex(({ download_url: link }) => link === output.download_url);
	const inPlace = before.length === now.length && place >= 0 ? now[place] : undefined;
	const found =
		ofSameFile.length === 1 ? ofSameFile[0] : inPlace && isSame(inPlace) ? inPlace : undefined;
	return found?.download_url === output.download_url ? undefined : found?.download_url;
}
