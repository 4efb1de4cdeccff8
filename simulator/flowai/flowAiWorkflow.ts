/** One thing that happens while a workflow runs. */
export type Step =
	| { node: string; starts: string }
	| { node: string; says: string; isReasoning?: boolean }
	| { node: string; ends: string };

export interface FlowAiWorkflow {
	id: string;
	/** What happens for an input, in order. */
	steps(input: Record<string, unknown>): Step[];
	output(input: Record<string, unknown>): unknown;
	/** It fails with this, after its steps. */
	error?: string;
}

const words = (text: string) => text.match(/\s*\S+/g) ?? [];
const said = (node: string, text: string, isReasoning?: boolean): Step[] =>
	words(text).map((says) => ({ node, says, isReasoning }));
const spoken = (node: string, name: string, text: string): Step[] => [
	{ node, starts: name },
	...said(node, text),
	{ node, ends: name },
];
const asked = (input: Record<string, unknown>) => String(input.input ?? input.text ?? '');

function interleaved(one: Step[], other: Step[]): Step[] {
	return Array.from({ length: Math.max(one.length, other.length) }, (_, i) =>
		[one[i], other[i]].filter((step) => step !== undefined),
	).flat();
}

export const flowAiWorkflows = {
	chat: {
		id: '1741675999864',
		steps: (input) => spoken('1741675999864', 'LLM1', `Yes, I heard: ${asked(input)}`),
		output: (input) => `Yes, I heard: ${asked(input)}`,
	},
	plain: { id: '1741675999865', steps: () => [], output: (input) => ({ echo: input, count: 1 }) },
	reasoning: {
		id: '1741675999866',
		steps: (input) => [
			{ node: '7', starts: 'LLM1' },
			...said('7', 'First I think about it.', true),
			...said('7', `About ${asked(input)}.`),
			{ node: '7', ends: 'LLM1' },
		],
		output: (input) => `About ${asked(input)}.`,
	},
	two: {
		id: '1741675999867',
		steps: () =>
			interleaved(
				spoken('11', 'Poet', 'Roses are red today'),
				spoken('12', 'Critic', 'That has been said before by many'),
			),
		output: () => 'Roses are red today, said before',
	},
	failing: {
		id: '1741675999868',
		steps: () => spoken('21', 'LLM1', 'I begin to'),
		output: () => null,
		error: 'model timeout',
	},
} satisfies Record<string, FlowAiWorkflow>;
