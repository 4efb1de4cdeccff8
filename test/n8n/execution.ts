import { unflatten } from './unflatten';

export interface BinaryField {
	id?: string;
	data: string;
	mimeType: string;
	fileName?: string;
}

export interface Item {
	json: Record<string, unknown>;
	binary?: Record<string, BinaryField>;
	pairedItem?: unknown;
}

export interface NodeRun {
	error?: { message: string; description?: string };
	data?: Partial<Record<'main' | 'ai_tool', Array<Item[] | null>>>;
}

export interface StoredExecution {
	id: string;
	status: string;
	mode: string;
	data: string;
	retryOf?: string | null;
	/** When a waiting execution goes on. */
	waitTill?: string | null;
}

export interface Execution extends Omit<StoredExecution, 'data'> {
	error?: { message: string; description?: string };
	runs: Record<string, NodeRun[]>;
	/** Of what n8n's database holds of it. */
	storedBytes: number;
	/** What nodes keep for their next run in this execution, by `node:<name>`. */
	contexts: Record<string, unknown>;
}

/** An execution as n8n's REST gives it, with its run data unpacked. */
export const readExecution = ({ data, ...stored }: StoredExecution): Execution => {
	const { resultData, executionData } = unflatten(data) as {
		resultData: { error?: Execution['error']; runData: Execution['runs'] };
		executionData?: { contextData?: Execution['contexts'] };
	};
	return {
		...stored,
		error: resultData.error,
		runs: resultData.runData,
		storedBytes: Buffer.byteLength(data),
		contexts: executionData?.contextData ?? {},
	};
};

/** The items of a node's last run at one output. */
export const itemsOf = ({ runs, error }: Execution, node: string, output = 0): Item[] => {
	const items = runs[node]?.at(-1)?.data?.main?.[output];
	if (!items)
		throw new Error(
			`"${node}" gave nothing at output ${output}${error ? `: ${error.message}` : ''}`,
		);
	return items;
};

/** The items of all runs of a node at its first output. */
export const allItemsOf = ({ runs }: Execution, node: string): Item[] =>
	(runs[node] ?? []).flatMap(({ data }) => data?.main?.[0] ?? []);
