import type { IExecuteFunctions } from 'n8n-workflow';
import { ConfigurationError } from '../../../nodes/core/errors';
import { requireMinimumVersion } from '../../../nodes/core/execution/minimumVersion';
import { executeContext } from '../../harness/executeContext';

const check = (context: object) => () => requireMinimumVersion(context as IExecuteFunctions);
/** n8n's contexts carry these in every version; they are not part of the public type. */
const ofN8n = { workflow: { id: 'wf1' }, additionalData: { executionId: '1' } };
const present = () => undefined;

it('n8n before 1.100 is refused with what to do', () => {
	expect(check({ ...ofN8n })).toThrow(ConfigurationError);
	expect(check({ ...ofN8n, getNode: present })).toThrow('This node needs n8n 1.100 or newer');
});

it.each<[string, object]>([
	['1.100 to 1.103', { ...ofN8n, getConnections: present }],
	['1.104 and newer', { ...ofN8n, getConnections: present, isStreaming: present }],
	['a later n8n that dropped what is not public', { ...ofN8n, isStreaming: present }],
	['a later n8n whose context shows no inner parts', { isStreaming: present }],
	['a context of another kind', executeContext([{}])],
	['a context without a server', { workflow: { id: 'wf1' } }],
])('%s is accepted', (_, context) => {
	expect(check(context)).not.toThrow();
});
