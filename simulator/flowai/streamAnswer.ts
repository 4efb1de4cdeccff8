import type { Fault } from '../faults';
import { Readable } from '../platform';
import type { Timers } from '../timers';
import type { FlowAiWorkflow, Step } from './flowAiWorkflow';

/** As Go's gin writes it, and as the vendor's page shows it: no space after the colons. */
const frame = (event: string, data: unknown) =>
	`event:${event}\ndata:${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

function frameOf(step: Step): string {
	if ('says' in step)
		return frame('stream', {
			Content: step.isReasoning ? '' : step.says,
			Node: step.node,
			Reasoning: step.isReasoning ? step.says : null,
		});
	if ('starts' in step)
		return frame('msg', {
			Node: step.node,
			Msg: `Start node ${step.starts}, type llm`,
			Type: 'start_node',
			Data: null,
		});
	return frame('msg', {
		Node: step.node,
		Msg: `Finish node ${step.ends}, type llm`,
		Type: 'finish_node',
		Data: { time_spend: 0.25 },
	});
}

/** Frames of a whole run: log, text pieces, then its result or its error. */
export function framesOf(workflow: FlowAiWorkflow, input: Record<string, unknown>): string[] {
	const last =
		workflow.error === undefined
			? frame('output', { output: workflow.output(input), total_time: 4.75 })
			: frame('error', { Node: '21', Msg: workflow.error, Type: 'error', Data: null });
	return [
		frame('msg', { Node: 'myinput', Msg: 'start', Type: 'start', Data: input }),
		...workflow.steps(input).map(frameOf),
		last,
	];
}

/**
 * Writes the frames one by one; faults cut the stream short of its last frame, break the connection
 * or fall silent there.
 */
export function streamOf(
	frames: string[],
	pieceMs: number,
	timers: Timers,
	fault: Fault['kind'] | undefined,
	isKeptOpen = false,
): Readable {
	const stream = new Readable({ read: () => undefined });
	const isCut = fault === 'streamEndsEarly' || fault === 'streamBreaks' || fault === 'streamStall';
	const write = async () => {
		for (const text of isCut ? frames.slice(0, -1) : frames) {
			if (stream.destroyed) return;
			stream.push(text);
			await timers.pause(pieceMs);
		}
		if (fault === 'streamBreaks') stream.destroy(new Error('The connection is lost'));
		else if (fault !== 'streamStall' && !isKeptOpen) stream.push(null);
	};
	void write();
	return stream;
}
