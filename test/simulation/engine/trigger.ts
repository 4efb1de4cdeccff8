import { PollContext } from 'n8n-core';
import type { IDataObject, INode, IPollFunctions } from 'n8n-workflow';
import { nodeOf, serverSide, workflowOf } from '../../harness/runWorkflow';
import type { Engine } from '../../harness/startEngine';
import type { ServerProcess } from '../server';
import { type CreatePoller, triggerParameters, triggerSender } from '../trigger';
import { watchHelpers } from './calls';
import type { Egress } from './egress';
import type { Loaded } from './shipped';

const TYPE = 'n8n-nodes-flowscale.flowscaleTrigger';

export interface EnginePollerParts {
	egress: Egress;
	loadedIn(process: ServerProcess): Loaded;
	createEngine(): Engine;
}

/** The built trigger in n8n's own context for polls, with the workflow's stored static data. */
export const pollerOnEngine =
	({ egress, loadedIn, createEngine }: EnginePollerParts): CreatePoller =>
	({ plan, process, stored, isFirst, log, requestOf }) => {
		const engine = createEngine();
		const type = loadedIn(process)[TYPE];
		engine.add(TYPE, type);
		const node: INode = nodeOf('Flowscale Trigger', TYPE, triggerParameters(plan), {
			credentials: { flowscaleApi: { id: '1', name: 'Simulated' } },
		});
		const file = { nodes: [node], connections: {} };
		const workflow = workflowOf(engine, file, JSON.parse(stored) as IDataObject);
		const context: IPollFunctions = new PollContext(
			workflow,
			workflow.nodes[node.name],
			serverSide(engine, file, 'trigger', 'none'),
			'trigger',
			isFirst ? 'activate' : 'init',
		);
		const say = (text: string) => void log.push(text);
		Object.defineProperty(context, 'logger', {
			value: { debug: say, info: say, warn: say, error: say },
		});
		watchHelpers(context.helpers, egress.markOf(requestOf(triggerSender(process))));
		return {
			poll: async () => await type.poll?.call(context),
			stored: () => JSON.stringify(workflow.staticData),
		};
	};
