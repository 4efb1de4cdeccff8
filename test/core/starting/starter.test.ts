import { classifyStart } from '../../../nodes/core/starting/startOutcome';
import { answer, LOST, REFUSED, started, startHarness } from './startHarness';

describe('a start that was sent', () => {
	it.each([
		['200', answer(200), 'answered'],
		['201', answer(201), 'answered'],
		['a refused connection', REFUSED, 'notReached'],
		['425', answer(425), 'notReached'],
		['429', answer(429), 'notReached'],
		['503 with Retry-After', answer(503, '', { 'retry-after': '1' }), 'notReached'],
		['503 without Retry-After', answer(503), 'uncertain'],
		['408', answer(408), 'uncertain'],
		['500', answer(500), 'uncertain'],
		['501', answer(501), 'uncertain'],
		['502', answer(502), 'uncertain'],
		['504', answer(504), 'uncertain'],
		['520', answer(520), 'uncertain'],
		['522', answer(522), 'uncertain'],
		['524', answer(524), 'uncertain'],
		['530', answer(530), 'uncertain'],
		['a lost connection', LOST, 'uncertain'],
		['301', answer(301), 'refused'],
		['400', answer(400), 'refused'],
		['401', answer(401), 'refused'],
		['404', answer(404), 'refused'],
		['422', answer(422), 'refused'],
		['a certificate that is not accepted', { ...REFUSED, isRetryable: false }, 'refused'],
	])('with %s is judged', (_, result, verdict) => expect(classifyStart(result)).toBe(verdict));

	it('is sent once and gives its run', async () => {
		const { open, start, order, seen } = startHarness({ fates: [{ result: started('r1') }] });
		expect(await start(open(), order(0))).toBe('r1');
		expect(seen).toEqual({ sent: 1, listed: 0 });
	});

	it.each([
		['refused connections', REFUSED],
		['425', answer(425)],
		['503 with Retry-After', answer(503, '', { 'retry-after': '1' })],
	])('is repeated after %s, four times in all', async (_, result) => {
		const { open, start, order, seen } = startHarness({
			fates: [{ result }, { result }, { result }, { result }],
		});
		expect(await start(open(), order(0))).toMatchObject({ kind: 'ServiceError' });
		expect(seen).toEqual({ sent: 4, listed: 0 });
	});

	it('waits as long as the service asks before it is repeated', async () => {
		const { open, start, order, clock } = startHarness({
			fates: [{ result: answer(429, '', { 'retry-after': '9' }) }, { result: started('r1') }],
		});
		expect(await start(open(), order(0))).toBe('r1');
		expect(clock.waits).toContain(9_000);
	});

	it.each([400, 401, 403, 404, 409, 422, 302])('is not repeated after HTTP %d', async (status) => {
		const { open, start, order, seen } = startHarness({ fates: [{ result: answer(status) }] });
		expect(await start(open(), order(0))).toMatchObject({ message: `HTTP ${status}` });
		expect(seen).toEqual({ sent: 1, listed: 0 });
	});

	it.each([
		['a lost connection', LOST],
		['408', answer(408)],
		['500', answer(500)],
		['502', answer(502)],
		['503 without Retry-After', answer(503)],
		['504', answer(504)],
		['200 without a run id', answer(200)],
	])('is never repeated after %s, and says that it may have started', async (_, result) => {
		const { open, start, order, seen } = startHarness({ fates: [{ result }] });
		expect(await start(open(), order(0))).toMatchObject({
			message: expect.stringContaining('The run may have started, and was not started again.'),
			error: { facts: { hint: expect.stringContaining('group "g"') } },
		});
		expect(seen).toEqual({ sent: 1, listed: 3 });
	});
});

describe('a stop', () => {
	it('ends a start that waits for its next try, without sending it again', async () => {
		const { open, start, order, seen, clock, stop } = startHarness({
			fates: [{ result: answer(429, '', { 'retry-after': '30' }) }],
		});
		clock.at(clock.now() + 5_000, () => stop.abort());
		expect(await start(open(), order(0))).toMatchObject({ kind: 'ExecutionCancelledError' });
		expect(seen.sent).toBe(1);
	});

	it('sends nothing that was not on its way', async () => {
		const { open, start, order, seen, stop } = startHarness({});
		stop.abort();
		expect(await start(open(), order(0))).toMatchObject({ kind: 'ExecutionCancelledError' });
		expect(seen).toEqual({ sent: 0, listed: 0 });
	});

	it('sends nothing that waited behind other starts', async () => {
		const fates = Array.from({ length: 20 }, (_, index) => ({
			result: started(`r${index}`),
			afterMs: 5_000,
		}));
		const { open, start, order, seen, clock, stop } = startHarness({ fates });
		const starter = open();
		clock.at(clock.now() + 1_000, () => stop.abort());
		const ends = await Promise.all(
			Array.from({ length: 30 }, async (_, index) => await start(starter, order(index))),
		);
		expect(
			ends
				.filter((end) => typeof end !== 'string')
				.map((end) => typeof end === 'object' && end !== null && end.kind),
		).toEqual(Array(10).fill('ExecutionCancelledError'));
		expect(seen.sent).toBe(20);
	});

	it('lets a start that is on its way bring its run, so that it can be cancelled', async () => {
		const { open, start, order, clock, stop } = startHarness({
			fates: [{ result: started('r1'), afterMs: 3_000 }],
		});
		clock.at(clock.now() + 1_000, () => stop.abort());
		expect(await start(open(), order(0))).toBe('r1');
	});

	it('finds the run of a start that was cut off by it', async () => {
		const { open, start, order, clock, stop } = startHarness({
			fates: [{ result: LOST, afterMs: 3_000, makes: 'r1' }],
		});
		clock.at(clock.now() + 1_000, () => stop.abort());
		expect(await start(open(), order(0))).toBe('r1');
	});
});
