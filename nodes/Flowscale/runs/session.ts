import type { IExecuteFunctions } from 'n8n-workflow';
import { type Clock, systemClock } from '../../core/async/clock';
import type { Doubts } from '../../core/items/itemDoubts';
import { createOutputFetcher, type OutputFetcher } from '../../core/files/fetchOutput';
import { hintOnce } from '../../core/execution/hintOnce';
import { openProgress, type Progress } from '../../core/execution/progress';
import { linkSourceOf } from './outputs';
import { type Connection, openConnection } from '../api/connection';
import type { RunSession } from '../../core/execution/runSession';

/** What the operations of one node execution share. */
export interface Session extends Connection {
	context: IExecuteFunctions;
	clock: Clock;
	/** Ends with the execution and with the node's first failure. */
	stop: AbortSignal;
	progress: Progress;
	fetchOutput: OutputFetcher;
	/** As the user sees it. */
	outputsOperation: string;
	doubts: Doubts;
	/** Reuse Run is set, and the group cannot hold a run of another execution. */
	warnOfNoReuse(): void;
}

const NO_REUSE =
	'Reuse Run finds no run of another execution here, since Group ID is empty or contains the number of this execution. Enter a Group ID that stays the same.';

export async function openSession(context: IExecuteFunctions, stop: AbortSignal): Promise<Session> {
	const clock = systemClock;
	const connection = await openConnection(context, clock, stop);
	const { api, http, transport, isCertificateUnchecked } = connection;
	const fetchOutput = createOutputFetcher({
		http,
		clock,
		stop,
		isCertificateUnchecked,
		root: transport.root,
		prepareBinaryData: context.helpers.prepareBinaryData,
		links: linkSourceOf(api),
	});
	return {
		...connection,
		context,
		clock,
		stop,
		fetchOutput,
		outputsOperation: 'Run > Get Outputs',
		doubts: new Map(),
		warnOfNoReuse: hintOnce(context, NO_REUSE),
		progress: openProgress(context, stop, 'Run > Get'),
	};
}

/** What the operations of one node execution share. */
export type FlowscaleSession = Session & RunSession;
