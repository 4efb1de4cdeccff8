import { type Operation, subtitleOf } from '../../../nodes/core/items/operation';

const operation = (name: string, value: string, action: string) =>
	({ name, value, action }) as Operation<unknown>;

it('the subtitle of a node is the action in words, or the name where the action says what comes out', () => {
	const subtitle = subtitleOf([
		{
			name: 'Workflow',
			value: 'workflow',
			operations: [operation('Execute and Wait', 'executeAndWait', 'Run a workflow and wait')],
		},
		{ name: 'Run', value: 'run', operations: [operation('Get', 'get', 'Get a run')] },
	]);
	expect(subtitle).toBe(
		'={{ ({"workflow.executeAndWait":"Execute and wait","run.get":"Get a run"})[$parameter["resource"] + "." + $parameter["operation"]] }}',
	);
});
