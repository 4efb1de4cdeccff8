import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	NodeOutput,
	INode,
} from 'n8n-workflow';
import type { ErrorLike } from '../happened';
import type { HttpRequest, Sender } from '../network';
import type { Egress } from './egress';

/** One time that n8n ran the node's code. */
export interface Call {
	/** Calls with the same number are tries of one and the same run. */
	runIndex: number;
	/** Places of the items that it got among all that the node is run for. */
	of: number[];
	beganMs: number;
	settledMs: number | null;
	/** What it returned, before n8n did anything with it; its links are places among all items. */
	items?: INodeExecutionData[];
	error?: ErrorLike;
}

export interface CallParts {
	egress: Egress;
	requestOf(sender: Sender): HttpRequest;
	/** Who sends its requests: an execution and its place among its lives. */
	by: string;
	attempt: number;
	isAlive(): boolean;
	isStopped(): boolean;
	now(): number;
	say(line: string): void;
	onCall(call: Call): void;
	onSettle(call: Call): void;
}

interface Placed extends IExecuteFunctions {
	/** How often n8n has run this node before, in this execution. */
	runIndex?: number;
}

/** A node type that reports each call of its code, and whose requests are known for its own. */
export function watched(type: INodeType, parts: CallParts): INodeType {
	const node = Object.create(type) as INodeType;
	node.execute = async function execute(this: Placed): Promise<NodeOutput> {
		const isTool = this.getNode().type.endsWith('Tool');
		const call: Call = {
			runIndex: isTool ? 0 : (this.runIndex ?? 0),
			of: isTool ? [0] : this.getInputData().map(({ json }) => Number(json.index)),
			beganMs: parts.now(),
			settledMs: null,
		};
		watchContext(this, call, parts);
		parts.onCall(call);
		const made = type.execute?.call(this) as Promise<INodeExecutionData[][]>;
		return await made
			.then(
				(outputs) => {
					call.items = (outputs[0] ?? []).map((item) => placed(item, call));
					return outputs;
				},
				(error: ErrorLike) => {
					call.error = error;
					throw error;
				},
			)
			.finally(() => {
				call.settledMs = parts.now();
				parts.onSettle(call);
			});
	};
	return node;
}

/** n8n empties the list and changes the items, so they are copied; links become places. */
function placed(item: INodeExecutionData, { of }: Call): INodeExecutionData {
	const [first] = [item.pairedItem].flat();
	const link = typeof first === 'object' ? first.item : Number(first);
	return { ...item, json: { ...item.json }, pairedItem: { item: of[link] ?? -1 } };
}

function watchContext(context: IExecuteFunctions, call: Call, parts: CallParts): void {
	const { by, attempt, isAlive, isStopped, say } = parts;
	// What is sent after Stop is audited by its time.
	const hasEnded = () => call.settledMs !== null && !isStopped();
	const marked = parts.egress.markOf(parts.requestOf({ by, attempt, hasEnded, isAlive }));
	watchHelpers(context.helpers, marked);
	const logger = { debug: say, info: say, warn: say, error: say };
	Object.defineProperty(context, 'logger', { value: logger });
}

type Helpers = Pick<IExecuteFunctions['helpers'], 'httpRequest' | 'httpRequestWithAuthentication'>;

export function watchHelpers(helpers: Helpers, marked: ReturnType<Egress['markOf']>): void {
	const { httpRequest, httpRequestWithAuthentication } = helpers;
	helpers.httpRequest = async (options) => (await httpRequest(marked(options))) as unknown;
	helpers.httpRequestWithAuthentication = async function (type, options, ...more) {
		return (await httpRequestWithAuthentication.call(
			this,
			type,
			marked(options),
			...more,
		)) as unknown;
	};
}

export type NodeOf = (name: string) => INode;
