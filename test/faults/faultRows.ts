import type { Fault } from '../../simulator/flowscale/startFlowscale';

/** What a fault amounts to for a client; the expectations are stated per nature. */
export type Nature =
	/** No address, or nobody there: nothing was sent. */
	| 'unreachable'
	/** No complete answer, the request was never read. */
	| 'lostBefore'
	/** No complete answer, the request was read and obeyed. */
	| 'lost'
	/** An answer that is no JSON. */
	| 'garbled'
	/** An answer without content. */
	| 'empty'
	/** Asked to come back later: certainly not done. */
	| 'later'
	/** A passing status; the request was not obeyed, or it was. */
	| 'passing'
	| 'passingButDone'
	/** 408 and 504 mean something of their own at the output endpoint. */
	| 'timeout'
	| 'timeoutButDone'
	| 'gateway'
	| 'gatewayButDone'
	| 'slow'
	| 'redirect'
	| 'refused';

export interface FaultRow {
	label: string;
	nature: Nature;
	/** How many requests suffer it. */
	times: 'once' | 'for ever';
	/** Base URL instead of the deployment's. */
	baseUrl?: string;
	fault?: Omit<Fault, 'on' | 'times'>;
	/** Waits for a read limit of many seconds: not part of `npm test`. */
	isLong?: boolean;
}

export const ELSEWHERE = 'elsewhere:';
const status = (code: number, more: Omit<Fault, 'on' | 'kind'> = {}): FaultRow['fault'] => ({
	kind: 'status',
	status: code,
	body: JSON.stringify({ status: 'error', data: null, errors: `Broken with ${code}` }),
	...more,
});
const inTwoSeconds = () => new Date(Date.now() + 2_000).toUTCString();

const both = (
	label: string,
	nature: Nature,
	fault: FaultRow['fault'],
	isLong?: boolean,
): FaultRow[] =>
	(['once', 'for ever'] as const).map((times) => ({ label, nature, fault, times, isLong }));
const when = (
	times: FaultRow['times'],
	label: string,
	nature: Nature,
	fault: FaultRow['fault'],
	isLong?: boolean,
): FaultRow[] => [{ label, nature, fault, times, isLong }];

/** Faults of the way to the deployment. */
export const addressFaults: FaultRow[] = [
	{
		label: 'connection refused',
		nature: 'unreachable',
		times: 'for ever',
		baseUrl: 'http://127.0.0.1:1',
	},
	{
		label: 'name not resolved',
		nature: 'unreachable',
		times: 'for ever',
		baseUrl: 'http://deployment.invalid',
	},
];

/** Faults of an answer. */
export const answerFaults: FaultRow[] = [
	...both('reset before the request was read', 'lostBefore', { kind: 'resetBefore' }),
	...both('reset after the request was read', 'lost', { kind: 'resetAfter' }),
	...both('reset in the middle of the body', 'lost', { kind: 'resetMidBody' }),
	...both('wrong content length', 'lost', { kind: 'wrongLength' }),
	...both('hanging connection', 'lost', { kind: 'hang' }, true),
	// A piece every ten seconds keeps every idle limit quiet.
	...both('body that never ends', 'lost', { kind: 'slowBody', ms: 100_000 }, true),
	...both('truncated JSON', 'garbled', { kind: 'truncatedJson' }),
	...both('HTML instead of JSON', 'garbled', { kind: 'html' }),
	...both('empty 200', 'empty', { kind: 'empty200' }),
	...both('204', 'empty', { kind: 'noContent' }),
	...both('408', 'timeout', status(408)),
	...when('once', '408, but done', 'timeoutButDone', status(408, { processed: true })),
	...when(
		'once',
		'429, Retry-After in seconds',
		'later',
		status(429, { headers: { 'retry-after': '1' } }),
	),
	...when(
		'once',
		'429, Retry-After as date',
		'later',
		status(429, {
			get headers() {
				return { 'retry-after': inTwoSeconds() };
			},
		}),
	),
	...when(
		'for ever',
		'429, Retry-After 0',
		'later',
		status(429, { headers: { 'retry-after': '0' } }),
	),
	...when('once', '425', 'later', status(425)),
	...when('once', '503, Retry-After 1', 'later', status(503, { headers: { 'retry-after': '1' } })),
	...when('for ever', '425', 'later', status(425)),
	...[500, 502, 503].flatMap((code) => [
		...both(String(code), 'passing', status(code)),
		...when('once', `${code}, but done`, 'passingButDone', status(code, { processed: true })),
	]),
	// Of a content delivery network: it does not know what the service did.
	...[520, 522, 524].flatMap((code) => [
		...both(String(code), 'passing', status(code)),
		...when('once', `${code}, but done`, 'passingButDone', status(code, { processed: true })),
	]),
	...both('504', 'gateway', status(504)),
	...when('once', '504, but done', 'gatewayButDone', status(504, { processed: true })),
	...when('once', 'slow first byte', 'slow', { kind: 'slowFirstByte', ms: 2_000 }),
	...when('once', 'slow body', 'slow', { kind: 'slowBody', ms: 3_000 }),
	...when('for ever', 'redirect to another host', 'redirect', { kind: 'redirect', to: ELSEWHERE }),
	...when('for ever', '307 to another host', 'redirect', {
		kind: 'redirect',
		status: 307,
		to: ELSEWHERE,
	}),
	...when('for ever', '401', 'refused', status(401)),
];

/** Faults of an event stream: hints may lie as they please. */
export const streamFaults: FaultRow[] = (
	['streamStall', 'streamEndsEarly', 'streamRepeats', 'streamLies'] as const
).flatMap((kind) => both(kind, 'slow', { kind }));

const inPlace = (code: number, type: string, body: string): FaultRow['fault'] => ({
	kind: 'status',
	status: code,
	headers: { 'content-type': type },
	body,
});

/** Faults of a download link, and what comes in a file's place. */
export const linkFaults: FaultRow[] = [
	...both('403 from the download host', 'refused', status(403)),
	...both('404 from the download host', 'refused', status(404)),
	...both('410 from the download host', 'refused', status(410)),
	...both('JSON in place of the file', 'garbled', inPlace(200, 'application/json', '{"code":1}')),
	...both('XML in place of the file', 'garbled', inPlace(200, 'application/xml', '<Error/>')),
	...both('text in place of the file', 'garbled', inPlace(200, 'text/plain', 'not yet')),
	...both('202 in place of the file', 'garbled', inPlace(202, 'application/json', '{}')),
	...both('a page called a picture', 'garbled', inPlace(200, 'image/png', '<html>wait</html>')),
];
