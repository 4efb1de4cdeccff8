import type { IExecuteFunctions } from 'n8n-workflow';
import {
	ConfigurationError,
	failureText,
	readable,
	ServiceError,
} from '../../../nodes/core/errors';
import { summarizeEnd } from '../../../nodes/core/execution/endSummary';
import { createOtherRuns } from '../../../nodes/core/execution/otherRuns';
import { openProgress } from '../../../nodes/core/execution/progress';
import { isOfferable } from '../../../nodes/Flowscale/inputs/methods';
import { aRun } from '../../harness/runs';

/** A text by which a service would write lines of a log, or turn what follows around. */
const HOSTILE =
	'r-1\r\n2026-01-01 | error | n8n stopped\u2028\u202eevil\u0007<img src=x onerror=1>';
const isClean = (text: string) => !/[\p{Cc}\p{Cf}\u2028\u2029]|<img/u.test(text);

test('run IDs and words of the service stay on one line of the log and of the console', () => {
	const lines: string[] = [];
	const context = {
		getNode: () => ({ name: 'Flowscale' }),
		getMode: () => 'manual',
		logger: { info: (line: string) => lines.push(line), debug: () => undefined },
		sendMessageToUI: (line: string) => lines.push(line),
		getInputData: () => Array.from({ length: 1 }, () => ({ json: {} })),
		getWorkflowDataProxy: () => ({}),
	} as unknown as IExecuteFunctions;
	const progress = openProgress(context, new AbortController().signal, 'Run > Get');
	progress.started(aRun(HOSTILE));
	progress.changed(aRun(HOSTILE, { status: HOSTILE.toLowerCase(), state: 'unknown' }));
	expect(lines).toHaveLength(4);
	expect(lines.filter((line) => !isClean(line))).toEqual([]);
	expect(lines[0]).toMatch(/^Flowscale: run r-1 2026/);
});

test('advice and hints hold no markup, no line breaks and no marks of direction of the service', () => {
	const others = createOtherRuns('Flowscale', { byRun: 'Run > Wait' });
	others.note(1, aRun(HOSTILE, { group_id: null }));
	const items = [
		{ json: { run_id: 'a', state: 'failed', group_id: HOSTILE } },
		{ json: { run_id: 'b', state: 'succeeded', group_id: HOSTILE } },
	];
	const texts = [
		others.describe(0),
		summarizeEnd(items)?.message,
		readable(new ServiceError('x', { hint: HOSTILE })).description,
		readable(new ConfigurationError('x', HOSTILE)).description,
		failureText(new ServiceError(HOSTILE, { hint: HOSTILE, runId: HOSTILE, state: 'failed' })),
	];
	expect(texts.filter((text) => text === undefined || !isClean(text))).toEqual([]);
});

test('long advice is kept, endless advice is cut', () => {
	const description = (length: number) =>
		readable(new ServiceError('x', { hint: 'word '.repeat(length) })).description ?? '';
	expect([description(400).length, description(50_000).length]).toEqual([1_999, 4_001]);
});

test.each([
	['={{ $env.X }}', false],
	[' =1', false],
	['\u00a0=1', false],
	['a {{ b }}', false],
	['a\nb', false],
	['a\u0000', false],
	['safe\u202egnp.exe', false],
	['\u2067a', false],
	['\ufeff=1', false],
	['\u00ad=1', false],
	['\u3164=1', false],
	['a\u200bb', false],
	['\ud800', false],
	['__proto__', false],
	[' ', false],
	['a\u2028b', false],
	['x'.repeat(201), false],
	['x'.repeat(200), true],
	['Text to Image', true],
	['a = b', true],
	['{ a }', true],
	['文生图 🎨 عربي', true],
	['👩‍🎨', true],
])('%j is offered in the editor: %s', (text, isOffered) =>
	expect(isOfferable(text)).toBe(isOffered),
);
