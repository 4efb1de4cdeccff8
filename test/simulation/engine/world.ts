import fc from 'fast-check';
import { often, world, type World } from '../world';
import { textOfWorld, worldOfText } from '../worldText';

/** What the workflow around the node has besides its shape. */
const CALLS = ['whole', 'executeStep', 'pinnedBefore', 'pinnedOn', 'deactivated'] as const;

/** What n8n's engine knows of an execution, and the node's code alone does not. */
export interface Setup {
	call: (typeof CALLS)[number];
	/** `v0` is the execution order of workflows made before n8n 1.0. */
	order: 'v1' | 'v0';
	/** Version of the agent whose tool the node is: 2 calls it itself, 3 has the engine do it. */
	agent: 2 | 3;
}

/** A world whose executions n8n's engine plays. */
export interface EngineWorld {
	world: World;
	/** Of each execution, by its place. */
	setups: Setup[];
	/** Where n8n keeps files. */
	store: 'default' | 'filesystem' | 'database';
}

const PLAIN_SETUP: Setup = { call: 'whole', order: 'v1', agent: 2 };
const MOST_EXECUTIONS = 3;

const setup: fc.Arbitrary<Setup> = fc.record({
	call: fc.oneof(
		{ withCrossShrink: true },
		{ weight: 12, arbitrary: fc.constant<Setup['call']>('whole') },
		{ weight: 3, arbitrary: fc.constantFrom(...CALLS.slice(1)) },
	),
	order: often<Setup['order']>('v1', 'v0'),
	agent: fc.constantFrom(2 as const, 3 as const),
});

export const engineWorld: fc.Arbitrary<EngineWorld> = fc.record({
	world,
	setups: fc.array(setup, { minLength: MOST_EXECUTIONS, maxLength: MOST_EXECUTIONS }),
	store: often<EngineWorld['store']>('default', 'filesystem', 'database'),
});

/** A world as a short text: only what differs from a plain one. */
export function textOfEngineWorld({ world: one, setups, store }: EngineWorld): string {
	const shown = JSON.parse(textOfWorld(one)) as object;
	const used = setups.slice(0, one.executions.length);
	const isPlain = JSON.stringify(used) === JSON.stringify(used.map(() => PLAIN_SETUP));
	return JSON.stringify({
		...(store !== 'default' && { store }),
		...(!isPlain && { setups: used }),
		...shown,
	});
}

/** @param text as `textOfEngineWorld` wrote it */
export function engineWorldOfText(text: string): EngineWorld {
	const { store = 'default', setups = [], ...one } = JSON.parse(text) as Partial<EngineWorld>;
	return {
		store,
		setups: Array.from({ length: MOST_EXECUTIONS }, (_, place) => ({
			...PLAIN_SETUP,
			...setups[place],
		})),
		world: worldOfText(JSON.stringify(one)),
	};
}
