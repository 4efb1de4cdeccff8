import { ServiceError } from '../../core/errors';
import type { ReuseErrors } from '../../core/starting/startService';

/** What to do where a start got no clear answer and its run was not found. */
export const adviceIfUncertain = (groupId: string | undefined): string =>
	groupId === undefined
		? 'It was started without a group, so it cannot be looked up. Check the runs at Flowscale before you execute this item again.'
		: `Search for it with Run > Get Many and group "${groupId}" before you execute this item again, or set Reuse Run to "Same Inputs".`;

/** Why Reuse Run took no run of the group. */
export const reuseErrors: ReuseErrors = {
	unclear: (groupId) =>
		new ServiceError(
			`Reuse Run cannot tell which run of group "${groupId}" is this item’s: items differ by their files only`,
			{
				hint: 'No run was started. Give each item a group of its own, for example with its row number in Group ID, and set Reuse Run to "Any in Group".',
			},
		),
	noRunIds: (groupId) =>
		new ServiceError(
			`Reuse Run cannot work here: the list of group "${groupId}" shows no run IDs`,
			{ hint: 'No run was started. Set Reuse Run to "Never" to start a run for each item.' },
		),
};
