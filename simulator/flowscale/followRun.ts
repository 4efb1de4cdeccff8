import type { Fault } from '../faults';
import { Readable } from '../platform';
import { absent, failure } from './failures';
import type { Operation, Service } from './service';
import { statusWord } from './showRun';
import { isOver, type RunEvent, type SimulatedRun } from './simulatedRun';

const frame = ({ seq, event, data }: RunEvent): string =>
	`id: ${seq}\n${event === null ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;

/**
 * The first sequence number wanted: `from_seq` includes it, `Last-Event-ID` is the last one seen.
 */
function firstWanted(
	query: Record<string, string>,
	lastEventId: string | string[] | undefined,
): number {
	if (query.from_seq !== undefined) return Number(query.from_seq) || 0;
	return typeof lastEventId === 'string' ? (Number(lastEventId) || 0) + 1 : 0;
}

/** Events of a run that was added as finished: its end. */
const pastEvents = (run: SimulatedRun, { dialect }: Service): RunEvent[] =>
	run.events.length > 0 || !isOver(run)
		? run.events
		: [{ seq: 1, event: 'run_status', data: { run_id: run.id, status: statusWord(run, dialect) } }];

/** Whether the run has ended in a way that the stream reports. */
const isTold = (run: SimulatedRun, { dialect }: Service) =>
	isOver(run) && (run.state !== 'timeout' || dialect.runTimeout === 'status');

function openStream(
	run: SimulatedRun,
	service: Service,
	first: number,
	fault: Fault['kind'] | undefined,
): Readable {
	const { store, timers, keepAliveMs } = service;
	const stream = new Readable({ read: () => undefined });
	const copies = fault === 'streamRepeats' ? 2 : 1;
	const send = (event: RunEvent) => stream.push(frame(event).repeat(copies));

	const past = pastEvents(run, service).filter(({ seq }) => seq >= (copies === 2 ? 0 : first));
	if (fault === 'streamStall' || fault === 'streamEndsEarly' || fault === 'streamLies') {
		past.slice(0, 1).forEach(send);
		const seq = run.events.length + 1;
		if (fault === 'streamLies')
			send({ seq, event: 'run_status', data: { run_id: run.id, status: 'completed' } });
		if (fault !== 'streamStall') stream.push(null);
		else stream.push(': connected\n\n');
		return stream;
	}

	past.forEach(send);
	if (isTold(run, service)) {
		stream.push(null);
		return stream;
	}
	stream.push(': connected\n\n');
	let stopKeepAlive = () => {};
	const keepAlive = () => {
		stopKeepAlive = timers.after(keepAliveMs, () => {
			stream.push(': keep-alive\n\n');
			keepAlive();
		});
	};
	keepAlive();
	const end = () => {
		stopKeepAlive();
		stopListening();
	};
	const stopListening = store.listen(run, (event) => {
		send(event);
		if (!isTold(run, service) || event.event !== 'run_status') return;
		stream.push(null);
		// a stream that nobody reads (a fault swallowed it) never closes, and takes nothing after its
		// end
		end();
	});
	stream.once('close', end);
	return stream;
}

/**
 * `GET /runs/{run_id}/events`: server-sent events, replayed on request, ended by the service
 * (protocols: SSE).
 */
export const followRun: Operation = (service, { params, entry, message, fault }) => {
	if (service.dialect.events === 'none') return absent();
	entry.runId = params.run_id;
	const run = service.store.get(params.run_id);
	if (!run) return failure(404, 'Run not found', service.dialect.errors);
	const first = firstWanted(entry.query, message.headers['last-event-id']);
	return {
		status: 200,
		headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
		body: openStream(run, service, first, fault?.kind),
	};
};
