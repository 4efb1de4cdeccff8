import type { INode, INodeExecutionData, IRun, INodeParameters } from 'n8n-workflow';
import { sleep } from '../../simulator/platform';
import { addTool } from '../harness/addTool';
import { agentNodes, engineAgent } from '../harness/agentNodes';
import {
	connect,
	nodeOf,
	resumeWorkflow,
	type RunOptions,
	runWorkflow,
	type WorkflowFile,
} from '../harness/runWorkflow';
import { type Engine, PassThrough, START } from '../harness/startEngine';
import { addFlowNodes } from '../harness/suspendedHarness';
import { startWaitingServer } from '../harness/waitingServer';
import { type Cell, isTool, waitsInPlace } from './axes';
import { NODE, type Subject } from './subject';

/** What a cell left behind. */
export interface Played {
	run: IRun;
	/** Runs of any node of the workflow, over all resumes. */
	nodeRuns: number;
	/** How often the execution was suspended. */
	waits: number;
	/** The items that went into the node, as far as n8n ran it. */
	items: INodeExecutionData[];
	/** Turns of the event loop while it ran. */
	turns: number;
}

/** More runs of nodes than any cell can need: the execution is stopped. */
const MOST_NODE_RUNS = 60;
const MOST_RESUMES = 40;
const COUNT = { one: 1, three: 3, none: 0 };

export async function playCell(cell: Cell, subject: Subject): Promise<Played> {
	const items = subject.items.slice(0, COUNT[cell.items]);
	addNodes(subject.engine, items);
	const file = isTool(cell) ? agentFlow(cell, subject, items) : flow(cell, subject);
	const counted = { nodeRuns: 0, turns: 0, isOver: false };
	let stop = () => {};
	const options: RunOptions = {
		mode: MODES[cell.way] ?? 'trigger',
		onStart: (execution) => (stop = () => execution.cancel()),
		onNodeEnd: () => {
			if (++counted.nodeRuns > MOST_NODE_RUNS) stop();
		},
		...(cell.way === 'pinned before it' && { pinData: { Rows: items } }),
		...(cell.way === 'pinned on it' && { pinData: { [NODE]: [{ json: { state: 'pinned' } }] } }),
		...(cell.way === 'execute step' && { destination: NODE }),
		// A call of MCP comes by a webhook, and no execution begins with it.
		...(cell.way === 'MCP tool' && {
			onServer: (server) => {
				server.executionId = undefined;
			},
		}),
	};
	const inPlace = waitsInPlace(cell);
	const beat = (async () => {
		while (!counted.isOver) {
			counted.turns++;
			if (inPlace) await subject.endRuns();
			await sleep(10);
		}
	})();
	try {
		const play = inPlace
			? playInPlace
			: cell.waitMode === 'callback'
				? playCallback
				: playSuspended;
		const { run, waits } = await play(subject, file, options);
		return { run, waits, items, nodeRuns: counted.nodeRuns, turns: counted.turns };
	} finally {
		counted.isOver = true;
		await beat;
	}
}

const MODES: Partial<Record<Cell['way'], RunOptions['mode']>> = {
	manual: 'manual',
	'execute step': 'manual',
	'pinned before it': 'manual',
	'pinned on it': 'manual',
	'sub-workflow': 'integrated',
	'error workflow': 'error',
};
type Play = (
	subject: Subject,
	file: WorkflowFile,
	options: RunOptions,
) => Promise<{ run: IRun; waits: number }>;

const START_ITEMS: INodeExecutionData[] = [{ json: { chatInput: 'Draw' } }];

const playInPlace: Play = async ({ engine }, file, options) => ({
	run: await runWorkflow(engine, file, START_ITEMS, options),
	waits: 0,
});

/** Runs end when the execution resumes for the second time. */
const playSuspended: Play = async (subject, file, options) => {
	const { engine } = subject;
	let run = await runWorkflow(engine, file, START_ITEMS, options);
	let waits = 0;
	while (run.status === 'waiting' && waits < MOST_RESUMES) {
		if (++waits >= 2) await subject.endRuns();
		run = await resumeWorkflow(engine, file, run.data, 'restart', { mode: options.mode });
	}
	return { run, waits };
};

/**
 * Runs end while the execution waits, and their callbacks resume it; where one was sent too early,
 * its time comes.
 */
const playCallback: Play = async (subject, file, options) => {
	const server = await startWaitingServer(subject.engine, file, NODE, options);
	try {
		let run = await server.start(START_ITEMS);
		let waits = 0;
		while (run.status === 'waiting' && waits < MOST_RESUMES) {
			waits++;
			await subject.endRuns();
			run = await server.idle();
			if (run.status === 'waiting') run = await server.wake();
		}
		return { run, waits };
	} finally {
		await server.close();
	}
};

function addNodes(engine: Engine, items: INodeExecutionData[]): void {
	addFlowNodes(engine);
	const rows = new PassThrough();
	rows.execute = async () => [items.map((item) => ({ ...item, pairedItem: { item: 0 } }))];
	engine.add('rows', rows);
}

/** What of a cell decides how the node stands in its workflow. */
export type CellSettings = Pick<
	Cell,
	| 'way'
	| 'onError'
	| 'retries'
	| 'alwaysOutputData'
	| 'executeOnce'
	| 'executionOrder'
	| 'binaryMode'
>;

/** The settings tab of the node. */
const settingsOf = (cell: CellSettings): Partial<INode> => ({
	...(cell.alwaysOutputData === 'on' && { alwaysOutputData: true }),
	...(cell.executeOnce === 'on' && { executeOnce: true }),
	...(cell.retries !== 'off' && {
		retryOnFail: true,
		maxTries: Number.parseInt(cell.retries, 10),
		waitBetweenTries: 1,
	}),
	...(cell.way === 'deactivated' && { disabled: true }),
	onError: (
		{
			stop: 'stopWorkflow',
			continue: 'continueRegularOutput',
			'error output': 'continueErrorOutput',
		} as const
	)[cell.onError],
});

const workflowSettings = ({ executionOrder, binaryMode }: CellSettings): WorkflowFile['settings'] =>
	({ executionOrder, binaryMode }) as WorkflowFile['settings'];

/** Start → Rows → the node → After, and what the way of calling adds. */
export function flow(cell: CellSettings, subject: Pick<Subject, 'node'>): WorkflowFile {
	const node = { ...subject.node, ...settingsOf(cell) };
	const file: WorkflowFile = {
		nodes: [
			nodeOf('Start', START),
			nodeOf('Rows', 'rows'),
			node,
			nodeOf('After', 'passThrough'),
			nodeOf('Failed', 'passThrough'),
		],
		connections: {},
		settings: workflowSettings(cell),
	};
	const { connections } = file;
	connect(connections, 'Start', 0, 'Rows');
	if (cell.onError === 'error output') connect(connections, NODE, 1, 'Failed');
	if (cell.way === 'loop over items') {
		file.nodes.push(nodeOf('Loop', 'loop'));
		connect(connections, 'Rows', 0, 'Loop');
		connect(connections, 'Loop', 0, 'After');
		connect(connections, 'Loop', 1, NODE);
		connect(connections, NODE, 0, 'Loop');
		return file;
	}
	connect(connections, 'Rows', 0, NODE);
	connect(connections, NODE, 0, 'After');
	if (cell.way === 'two wires in') {
		file.nodes.push(nodeOf('More Rows', 'rows'));
		connect(connections, 'Start', 0, 'More Rows');
		connect(connections, 'More Rows', 0, NODE);
	}
	if (cell.way === 'merge behind it') {
		file.nodes.push(nodeOf('Merge', 'merge'));
		connect(connections, 'Rows', 0, 'Merge');
		connections[NODE].main[0]?.push({ node: 'Merge', type: 'main', index: 1 });
	}
	return file;
}

/** An agent whose tool the node is; what a parameter takes from the item is written into it. */
export function agentFlow(
	cell: CellSettings,
	{ engine, node }: Pick<Subject, 'engine' | 'node'>,
	[item]: INodeExecutionData[],
): WorkflowFile {
	addTool(engine, node.type);
	for (const [name, type] of agentNodes(async (_, [tool]) => await tool.invoke({ input: 'draw' })))
		engine.add(name, type);
	const agent = '@n8n/n8n-nodes-langchain.agent';
	const typeVersion = cell.way === 'tool of agent 3' ? 3 : 2;
	if (typeVersion === 3) engine.add(agent, engineAgent(NODE));
	const parameters = JSON.parse(
		JSON.stringify(node.parameters).replace(/\$json\.(\w+)/g, (_, field: string) =>
			JSON.stringify(String(item.json[field])).replace(/"/g, '\\"'),
		),
	) as INodeParameters;
	const tool = {
		...node,
		...settingsOf(cell),
		type: `${node.type}Tool`,
		name: NODE,
		parameters: { ...parameters, descriptionType: 'manual', toolDescription: 'Works' },
	};
	return {
		nodes: [
			nodeOf('Start', START),
			nodeOf('Agent', agent, {}, { typeVersion }),
			nodeOf('Model', '@n8n/n8n-nodes-langchain.lmChatOpenAi', {}, { typeVersion: 1.2 }),
			tool,
		],
		connections: {
			Start: { main: [[{ node: 'Agent', type: 'main', index: 0 }]] },
			Model: { ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel', index: 0 }]] },
			[NODE]: { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
		},
		settings: workflowSettings(cell),
	};
}
