import type { Check } from './check';
import { createPlayer } from './createPlayer';
import { itemsOf } from './execution';
import { examples } from './examples';
import { fileKinds } from './fileKinds';
import { chain, executeAndWait, flowscaleNode, manualNode } from './flowscaleNode';
import { deepEqual, equal, match, stdout } from './platform';
import { credentialsOf } from './playExample';
import { readExamples } from './readExamples';
import type { Harness } from './stage';
import type { Queue } from './startQueue';

/** What n8n 2.41 finds in its workflows and settings that its next major version changes. */
interface Report {
	report: {
		workflowResults: Array<{ ruleId: string; ruleTitle: string; nbAffectedWorkflows: number }>;
		instanceResults: Array<{ ruleId: string; ruleTitle: string }>;
	};
}

/**
 * Switches of n8n 2.41 that give today what n8n 3 will have by default, as its list of breaking
 * changes and its deprecation notices say.
 */
export const nextMajorEnv: NodeJS.ProcessEnv = {
	// Only keeps more of them from being installed: those that are there are loaded.
	N8N_UNVERIFIED_PACKAGES_ENABLED: 'false',
	// `default`, which is in memory, is removed.
	N8N_DEFAULT_BINARY_DATA_MODE: 'database',
	OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
	N8N_SSRF_PROTECTION_ENABLED: 'true',
	N8N_SSRF_BLOCKED_IP_RANGES: 'default,100.64.0.0/10,64:ff9b::/96,2002::/16',
	// The simulated services.
	N8N_SSRF_ALLOWED_IP_RANGES: '127.0.0.0/8',
	N8N_EXPRESSION_ENGINE: 'vm',
	N8N_RUNNERS_TASK_TIMEOUT: '60',
	N8N_COMPRESSION_NODE_MAX_DECOMPRESSED_SIZE_BYTES: `${256 * 2 ** 20}`,
	N8N_COMPRESSION_NODE_MAX_ZIP_ENTRIES: '1000',
};

const image = '550e8400-e29b-41d4-a716-446655440000';

/** The packages and their examples under the defaults of n8n 3, as far as 2.41 has switches for them. */
export const nextMajor = async (harness: Harness, { workers }: Queue): Promise<Check[]> => {
	const { rest, credential, n8n } = harness;
	const { ended } = createPlayer(harness);

	const report: Check = {
		name: 'n8n’s own report of what its next version breaks names none of the examples',
		run: async () => {
			const all = await readExamples(credentialsOf(harness));
			for (const example of all.values()) await rest.createWorkflow(example);
			const { report: found } = await rest.request<Report>(
				'POST',
				'/rest/breaking-changes/report/refresh?version=v3',
				{},
			);
			stdout.write(
				`      n8n ${n8n.version}, of this server: ${found.instanceResults.map(({ ruleTitle }) => ruleTitle).join('; ') || 'nothing'}\n`,
			);
			deepEqual(found.workflowResults, []);
		},
	};
	const manual: Check = {
		name: 'a manual execution runs on a worker, with its files in the database',
		run: async () => {
			const trigger = manualNode();
			const node = flowscaleNode(credential, executeAndWait(image, { text_51536: 'a lake' }));
			const saved = await rest.createWorkflow(chain('manual', trigger, node));
			const { executionId } = await rest.run(saved, trigger.name);
			const execution = await ended(executionId);
			equal(execution.status, 'success', execution.error?.message);
			deepEqual(await fileKinds(rest, itemsOf(execution, 'Flowscale')), ['png']);
			const [field] = Object.values(itemsOf(execution, 'Flowscale')[0].binary ?? {});
			match(field.id ?? '', /^database/);
			const logs = await Promise.all(workers.map(async (worker) => await worker.log()));
			match(logs.join('\n'), new RegExp(`Worker started execution ${executionId} `));
		},
	};
	return [report, manual, ...(await examples(harness))];
};
