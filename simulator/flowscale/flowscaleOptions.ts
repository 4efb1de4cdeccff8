import type { Fault as AnyFault } from '../faults';
import type { JournalEntry } from '../journal';
import type { TlsIdentity } from '../restartableServer';
import type { NetworkTraits } from '../slowNetwork';
import type { Ending } from './containers';
import type { Dialect } from './dialect';
import type { Route } from './endpoints';
import type { SimulatedRun } from './simulatedRun';
import type { SimulatedWorkflow } from './simulatedWorkflow';

export type Fault = AnyFault<Route>;

export interface FlowscaleOptions {
	/** `fs-sim-key-for-tests-only`; null for a public project. */
	apiKey?: string | null;
	/** Headers that a proxy requires instead of the key. */
	requiredHeaders?: Record<string, string>;
	/** 0 takes a free port. */
	port?: number;
	/** Port of the download host, 0 takes a free one. */
	filesPort?: number;
	/** 127.0.0.1 */
	host?: string;
	/** Makes the API (not the download host) speak HTTPS. */
	tls?: TlsIdentity;
	/**
	 * Puts API and download host behind a user's network, and makes both speak HTTPS where `tls` is
	 * given.
	 */
	network?: NetworkTraits;
	/** Machines, each working on one run at a time (2). */
	containers?: number;
	/** Work time of a run (300), unless its input `duration_10002` says otherwise. */
	runMs?: number | ((run: SimulatedRun) => number);
	/**
	 * Starts beyond so many unfinished runs are answered with 429, without Retry-After (no limit).
	 */
	runsAtATime?: number;
	/** Longer runs time out (30 minutes). */
	runTimeoutMs?: number;
	/** Added to each answer of the API: fixed, or from-to ([0, 5]). */
	latencyMs?: number | [number, number];
	/** Between a run's end and its outputs being there (0). */
	outputDelayMs?: number;
	/** Between a run's start and its being listed (0). */
	listLagMs?: number;
	/** Download links expire after this (1 hour). */
	linkLifetimeMs?: number;
	/** Between comments on a silent event stream (15 seconds). */
	keepAliveMs?: number;
	dialect?: Partial<Dialect>;
	workflows?: SimulatedWorkflow[];
	/** Makes ids, latencies and names repeat (1). */
	seed?: number;
	/** Gives a share of the API's requests a random fault. */
	chaos?: { rate: number; seed: number };
	/** Called as each request is answered or cut off; for a log. */
	onAnswer?: (entry: JournalEntry) => void;
}

/** A running stand-in for one Flowscale deployment and its download host. */
export interface Flowscale {
	/** Origin of the API; its paths begin with `/api/v1`. */
	readonly baseUrl: string;
	/** Origin of the download host. */
	readonly filesUrl: string;
	/** Where `/_control/` is answered: the download host, or a listener of its own behind a network. */
	readonly controlUrl: string;
	readonly apiKey: string | null;
	/** What is offered to run. */
	readonly workflows: SimulatedWorkflow[];
	/** Every request to either host, in order of arrival. */
	readonly journal: JournalEntry[];
	/** All runs in the order started; live objects. */
	readonly runs: SimulatedRun[];
	/**
	 * Requests nobody knows (answered 501) and failures of the simulator itself. Assert that it is
	 * empty.
	 */
	readonly unknown: string[];
	fault(fault: Fault): void;
	clearFaults(): void;
	/** Ends a run now. `extra` overrides its fields. Throws for an unknown run. */
	finish(runId: string, how?: Ending, extra?: Partial<SimulatedRun>): void;
	/**
	 * Adds `count` runs as if they had been there before: completed just now and of the first
	 * workflow, unless stated otherwise.
	 */
	addRuns(
		count: number,
		given?: Partial<SimulatedRun> | ((index: number) => Partial<SimulatedRun>),
	): SimulatedRun[];
	/** Stops listening, on both hosts; runs continue. */
	stop(): Promise<void>;
	/** Drops all connections and listens again on the same ports, state kept. */
	restart(): Promise<void>;
	/** Ends everything: connections, timers. */
	close(): Promise<void>;
}
