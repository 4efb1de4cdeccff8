import { createSocketServer, Duplex, type Server, type Socket, startTimer } from './platform';
import { createRandom } from './random';

/** What lies between a user and the service. */
export interface NetworkTraits {
	/** Round-trip time in ms; half of it each way. */
	roundTripMs: number;
	/** Share of segments that get lost, 0 to 1. */
	lostShare: number;
	/** How long a lost segment, and all that was sent after it, is delayed, in ms. */
	lostMs: number;
}

/** What went over the network so far. */
export interface NetworkCounts {
	connections: number;
	/** TLS handshakes that agreed on a new key. */
	handshakes: number;
	/** TLS handshakes that took up an earlier session. */
	resumptions: number;
	/** Bytes from the client, encryption included. */
	bytesIn: number;
	/** Bytes to the client, encryption included. */
	bytesOut: number;
}

export const noCounts = (): NetworkCounts => ({
	connections: 0,
	handshakes: 0,
	resumptions: 0,
	bytesIn: 0,
	bytesOut: 0,
});

/** Bytes of a TCP segment over Ethernet. */
const SEGMENT_BYTES = 1_460;

/** One direction of a connection: what goes in first comes out first, and no sooner than a network allows. */
function createLine({ roundTripMs, lostShare, lostMs }: NetworkTraits, chance: () => number) {
	let freeAtMs = 0;
	const inProgress: Array<() => void> = [];
	return (bytes: number, firstDelayMs: number, arrive: () => void): void => {
		const segments = Math.max(1, Math.ceil(bytes / SEGMENT_BYTES));
		const isHeldBack = chance() > (1 - lostShare) ** segments;
		const dueMs = Date.now() + roundTripMs / 2 + firstDelayMs + (isHeldBack ? lostMs : 0);
		freeAtMs = Math.max(freeAtMs, dueMs);
		inProgress.push(arrive);
		// Timers of different lengths that are due at once fire in any order, so whatever left first arrives.
		startTimer(freeAtMs - Date.now(), () => inProgress.shift()?.());
	};
}

/**
 * A connection as the server sees it through the network. On loopback the client's connect succeeds
 * at once, so the round trip of TCP's handshake is added to the first bytes instead.
 */
class DelayedSocket extends Duplex {
	constructor(
		private readonly socket: Socket,
		traits: NetworkTraits,
		chance: () => number,
		counts: NetworkCounts,
	) {
		super({ allowHalfOpen: true });
		const inward = createLine(traits, chance);
		this.outward = createLine(traits, chance);
		this.counts = counts;
		let setUpMs = traits.roundTripMs;
		socket.on('data', (chunk: Buffer) => {
			counts.bytesIn += chunk.length;
			inward(chunk.length, setUpMs, () => void this.push(chunk));
			setUpMs = 0;
		});
		socket.on('end', () => inward(0, setUpMs, () => void this.push(null)));
		socket.on('error', () => this.destroy());
		socket.on('close', () => inward(0, 0, () => void this.destroy()));
	}

	private readonly outward: ReturnType<typeof createLine>;
	private readonly counts: NetworkCounts;

	override _read(): void {}

	override _write(chunk: Buffer, _encoding: string, done: () => void): void {
		this.counts.bytesOut += chunk.length;
		this.outward(chunk.length, 0, () => {
			if (!this.socket.destroyed) this.socket.write(chunk);
		});
		done();
	}

	override _final(done: () => void): void {
		this.outward(0, 0, () => void this.socket.end());
		done();
	}

	override _destroy(error: Error | null, done: (error: Error | null) => void): void {
		this.outward(0, 0, () => void this.socket.destroy());
		done(error);
	}
}

/** A listener whose connections reach `server` through the network. */
export function behindNetwork(
	server: Server,
	traits: NetworkTraits,
	counts: NetworkCounts,
): ReturnType<typeof createSocketServer> {
	const random = createRandom(1);
	server.on('secureConnection', (socket: { isSessionReused(): boolean }) => {
		if (socket.isSessionReused()) counts.resumptions++;
		else counts.handshakes++;
	});
	return createSocketServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
		counts.connections++;
		server.emit('connection', new DelayedSocket(socket, traits, random.fraction, counts));
	});
}
