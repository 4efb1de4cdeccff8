import { countText, type SoakTally } from './soakAccount';

/** Items of one execution. */
const ITEMS_PER_BATCH = 12;
/** Batches under way at a time. */
const BATCHES_AT_A_TIME = 4;
/** Executions of one batch until all of its items have come out. */
const MOST_ROUNDS = 8;

export interface SoakRound {
	prompts: string[];
	groupId: string;
	/** Whether runs of an earlier execution of the batch are taken up. */
	reuseRun: boolean;
	liveEvents: boolean;
}

export interface SoakRoundResult {
	/** Prompts whose run succeeded and brought its file. */
	done: Set<string>;
	/** What the other items told. */
	texts: string[];
}

/** One batch in a group of its own, executed again with Reuse Run until every item has come out. */
export async function soakBatch(
	groupId: string,
	tally: SoakTally,
	play: (round: SoakRound) => Promise<SoakRoundResult>,
): Promise<void> {
	let open = Array.from({ length: ITEMS_PER_BATCH }, (_, i) => `${groupId} item ${i}`);
	tally.items += open.length;
	for (let round = 1; round <= MOST_ROUNDS && open.length > 0; round++) {
		const { done, texts } = await play({
			prompts: open,
			groupId,
			reuseRun: round > 1,
			liveEvents: round % 2 === 1,
		});
		for (const text of texts) countText(tally, text);
		const left = open.filter((prompt) => !done.has(prompt));
		tally.succeeded += open.length - left.length;
		if (round === 1) tally.failedOnce += left.length;
		open = left;
	}
	tally.unfinished.push(...open);
}

/** Batch after batch until the time is over and the last ones have ended. */
export async function soakUntil(
	endMs: number,
	tally: SoakTally,
	play: (round: SoakRound) => Promise<SoakRoundResult>,
): Promise<void> {
	let batch = 0;
	const worker = async () => {
		while (Date.now() < endMs) await soakBatch(`soak-${++batch}`, tally, play);
	};
	await Promise.all(Array.from({ length: BATCHES_AT_A_TIME }, worker));
}
