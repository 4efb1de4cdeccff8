import { mayResume } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/callback/resumeOnce';

const NOW = Date.UTC(2026, 0, 1);
let execution = 0;
const waiting = (more: object = {}) => ({
	token: `execution ${++execution}`,
	resumes: 1,
	dueMs: NOW + 300_000,
	...more,
});

describe('a callback resumes a waiting execution', () => {
	it('once for each suspension, however many come at the same instant', () => {
		const suspension = waiting();
		expect([1, 2, 3].map(() => mayResume(suspension, NOW))).toEqual([true, false, false]);
		const next = { ...suspension, resumes: 2 };
		expect([1, 2].map(() => mayResume(next, NOW + 5_000))).toEqual([true, false]);
	});

	it('whatever other executions do', () => {
		const [one, other] = [waiting(), waiting()];
		expect([one, other].map((suspension) => mayResume(suspension, NOW))).toEqual([true, true]);
	});

	it('again after a minute, where n8n has not resumed it', () => {
		const suspension = waiting();
		expect([0, 59_000, 61_000].map((ms) => mayResume(suspension, NOW + ms))).toEqual([
			true,
			false,
			true,
		]);
	});

	it.each([
		['not three seconds before', NOW + 3_000, false],
		['not after', NOW - 60_000, false],
		['ten seconds before', NOW + 10_000, true],
		['without knowing when', undefined, true],
	])('%s n8n’s timer resumes it', (_, dueMs, expected) => {
		expect(mayResume(waiting({ dueMs }), NOW)).toBe(expected);
	});
});
